import { join } from 'node:path'
import type { LedgerEntry } from '../origin/ledger.ts'
import type { Profile } from '../origin/profile.ts'
import { askGate, type GateAnswer } from './gate.ts'
import { startOriginProcess } from './origin-process.ts'
import { type Finished, runHarvester } from './program.ts'
import { createScratch } from './scratch.ts'
import { readTelemetry, type RunTelemetry } from './telemetry.ts'

export interface RehearsalOptions {
  readonly profile: Profile
  readonly seed: number
  readonly works: number
  /** Name of the folder below `.work` in which the harvester runs. */
  readonly folder: string
  readonly onWork?: (done: number) => void
}

/** Everything that is known about one run, from four sides. */
export interface Rehearsal {
  readonly profile: Profile
  /** What the origin served. */
  readonly ledger: readonly LedgerEntry[]
  /** What the program counted. */
  readonly program: Finished
  /** What the run's telemetry says. */
  readonly telemetry: RunTelemetry
  /** What slo-check says. */
  readonly gate: GateAnswer
  readonly folder: string
}

/** Origin, harvester under the preload, `slo-check`: one run from beginning to end. */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { profile, seed, works, onWork = () => undefined } = options
  const ledgerFile = join(import.meta.dirname, '../.work', `${options.folder}.ledger.jsonl`)
  const origin = await startOriginProcess({ profile, seed, works, ledgerFile })
  let ended = false
  try {
    const folder = createScratch(options.folder, origin.ports)
    const program = await runHarvester(folder, origin.ports.metadata, onWork)
    ended = true
    const ledger = await origin.stop()
    const [telemetry, gate] = await Promise.all([readTelemetry(folder), askGate(folder)])
    return { profile, ledger, program, telemetry, gate, folder }
  } finally {
    if (!ended) await origin.stop()
  }
}
