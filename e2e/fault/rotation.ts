import { account, type Account } from './account.ts'
import { verdictsOf, writtenTo, type Verdict } from './gate.ts'
import { openScene } from './scene.ts'

const CALLS = 3_000

export interface Rotated {
  readonly account: Account
  /** How many files each signal was written to. */
  readonly files: readonly number[]
  readonly verdicts: Readonly<Record<string, Verdict>>
}

/** The Collector's files are rotated at 1 MB, several times while the program runs. */
export async function filesRotated(fault: string): Promise<Rotated> {
  await using scene = await openScene(fault, {
    pipeline: { collectorEnv: { COLLECTOR_FILE_MIB: '1' } },
    // Metrics are written often, so that they too fill several files in seconds.
    program: { callsPerSecond: 300, intervalMs: 50 },
  })
  await scene.origin.more(CALLS)
  const rotated = await account(fault, scene, { ends: 'whole' })
  return {
    account: rotated,
    files: Object.values(scene.pipeline.collector.files).map((path) => writtenTo(path).length),
    verdicts: await verdictsOf(scene, rotated.calls),
  }
}
