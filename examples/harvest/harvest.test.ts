import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { expectedExit, surprises } from './demo/expected.ts'
import { agrees, reconcile } from './demo/reconcile.ts'
import { type Rehearsal, rehearse } from './demo/rehearsal.ts'
import { PROFILES } from './origin/profile.ts'

/** A small run is as stormy as a large one; the seed is not the demo's. */
const WORKS = 120
const SEED = 5

describe.each(PROFILES)('a %s harvest under the preload', (profile) => {
  const folder = `test-${profile}-${process.pid}`
  let run: Promise<Rehearsal> | undefined
  const rehearsal = (): Promise<Rehearsal> =>
    (run ??= rehearse({ profile, seed: SEED, works: WORKS, folder }))

  test('ends well, with every work tried', { timeout: 90_000 }, async () => {
    const { program } = await rehearsal()

    expect(program.exitCode).toBe(0)
    expect(program.tally).toMatchObject({ works: WORKS })
    expect(program.tally.accepted + program.tally.failed).toBe(WORKS)
    expect(program.deliveries).toHaveLength(WORKS)
  })

  test('is counted alike by origin, program, telemetry and report', async () => {
    const rows = reconcile(await rehearsal())

    expect(rows.filter((row) => !agrees(row))).toEqual([])
    expect(rows.length).toBeGreaterThan(20)
  })

  test('gets the verdict that is declared for it', async () => {
    const { gate } = await rehearsal()

    expect(surprises(profile, gate.report)).toEqual([])
    expect(gate.exitCode).toBe(expectedExit(profile))
    expect(gate.report.run.complete).toBe(true)
    rmSync(`${import.meta.dirname}/.work/${folder}`, { recursive: true, force: true })
  })
})
