import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectedExit, surprises } from './demo/expected.ts'
import { agrees, reconcile } from './demo/reconcile.ts'
import { type Rehearsal, rehearse } from './demo/rehearsal.ts'
import { type Profile, PROFILES } from './origin/profile.ts'

/** A small run is as stormy as a large one; the seed is not the demo's. */
const WORKS = 120
const SEED = 11

const runs = new Map<Profile, Rehearsal>()

// Both at once: most of a harvest is waiting.
beforeAll(async () => {
  await Promise.all(
    PROFILES.map(async (profile) => {
      const folder = `test-${profile}-${process.pid}`
      runs.set(profile, await rehearse({ profile, seed: SEED, works: WORKS, folder }))
    }),
  )
}, 100_000)

afterAll(() => {
  const work = join(import.meta.dirname, '.work')
  for (const file of globSync(`test-*-${process.pid}*`, { cwd: work })) {
    rmSync(join(work, file), { recursive: true, force: true })
  }
})

function rehearsal(profile: Profile): Rehearsal {
  const run = runs.get(profile)
  if (run === undefined) throw new Error(`the ${profile} harvest did not end`)
  return run
}

describe.each(PROFILES)('a %s harvest under the preload', (profile) => {
  test('ends well, with every work tried', () => {
    const { program } = rehearsal(profile)

    expect(program.exitCode).toBe(0)
    expect(program.tally).toMatchObject({ works: WORKS })
    expect(program.tally.accepted + program.tally.failed).toBe(WORKS)
    expect(program.deliveries).toHaveLength(WORKS)
  })

  test('is counted alike by origin, program, metrics, events and report', () => {
    const rows = reconcile(rehearsal(profile))

    expect(rows.filter((row) => !agrees(row))).toEqual([])
    expect(rows.length).toBeGreaterThan(20)
  })

  test('gets the verdict that is declared for it', () => {
    const { gate } = rehearsal(profile)

    expect(surprises(profile, gate.report)).toEqual([])
    expect(gate.exitCode).toBe(expectedExit(profile))
    expect(gate.report.run.complete).toBe(true)
  })
})

test('a storm shows most faults that the origin knows, and what caches and redirects do', () => {
  const { ledger } = rehearsal('stormy')

  // Which requests the breakers let through is a matter of moments, so a rare fault may not be met.
  const faults = new Set(ledger.map((entry) => entry.fault))
  expect(faults.size).toBeGreaterThanOrEqual(7)
  expect(ledger.some((entry) => entry.status === 304)).toBe(true)
  expect(ledger.some((entry) => entry.status === 302)).toBe(true)
})

describe('the reconciliation', () => {
  const wrongIn = (changed: Partial<Rehearsal>): readonly string[] =>
    reconcile({ ...rehearsal('stormy'), ...changed })
      .filter((row) => !agrees(row))
      .map((row) => row.what)

  test('notices a request that the ledger lacks', () => {
    const { ledger } = rehearsal('stormy')
    const without = ledger.toSpliced(
      ledger.findIndex((entry) => entry.status === 429),
      1,
    )

    expect(wrongIn({ ledger: without })).toEqual(['attempts answered 429', 'attempts in all'])
  })

  test('notices an artifact that is not the one that was served', () => {
    const { program } = rehearsal('stormy')
    const deliveries = program.deliveries.map((delivery) =>
      delivery.sha256 === undefined ? delivery : { ...delivery, sha256: 'another' },
    )

    expect(wrongIn({ program: { ...program, deliveries } })).toEqual([
      '… by request id and digest',
      'corrupt artifacts accepted',
    ])
  })

  test('notices a tally that is off by one', () => {
    const { program } = rehearsal('stormy')
    const tally = { ...program.tally, probesSkipped: program.tally.probesSkipped + 1 }

    expect(wrongIn({ program: { ...program, tally } })).toEqual(['probes skipped by the limiter'])
  })

  test('does not take a count that one side alone can see for agreement', () => {
    expect(agrees({ what: 'a count', origin: 3 })).toBe(false)
    expect(agrees({ what: 'a count', origin: 3, metrics: 3 })).toBe(true)
    expect(agrees({ what: 'a count', origin: 3, metrics: 3, report: 4 })).toBe(false)
  })

  test('says which verdict is not as declared', () => {
    const { report } = rehearsal('calm').gate

    expect(surprises('stormy', report)).toEqual([
      'yield is pass, declared fail',
      'rate-limited is pass, declared fail',
      'limiter-wait is pass, declared fail',
      'breaker-opens is pass, declared fail',
    ])
    const { objectives } = report
    expect(surprises('calm', { ...report, objectives: objectives.slice(1) })).toEqual([
      'yield is not in the report, declared pass',
    ])
  })
})
