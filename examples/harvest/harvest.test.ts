import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectedExit, surprises } from './demo/expected.ts'
import { agrees, reconcile } from './demo/reconcile.ts'
import { type Rehearsal, rehearse } from './demo/rehearsal.ts'
import { type Profile, PROFILES } from './origin/profile.ts'

/** A small run is as stormy as a large one; the seed is not the demo's. */
const WORKS = 120
const SEED = 5

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

test('a storm has every fault that the origin knows', () => {
  const { ledger } = rehearsal('stormy')

  const faults = new Set(ledger.map((entry) => entry.fault))
  expect([...faults].toSorted()).toEqual([
    'corrupt',
    'cut',
    'hang',
    'mislabelled',
    'none',
    'rate_limited',
    'reset',
    'server_error',
    'slow',
  ])
  expect(ledger.some((entry) => entry.status === 304)).toBe(true)
  expect(ledger.some((entry) => entry.status === 302)).toBe(true)
})
