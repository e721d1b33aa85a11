import type { LinkFault } from './proxy.ts'
import { openScene } from './scene.ts'

/** How the program's calls fare while the backend does not, in shares of how they fare while it does. */
interface Latency {
  readonly backend: 'dead' | 'hanging'
  /** Median over the rounds of the ratio of the medians of a call's duration. */
  readonly ratio: number
  /** The quarter and the three quarters of the rounds. */
  readonly spread: readonly [number, number]
  /** The same of the 95th percentile of a call's duration. */
  readonly tailRatio: number
}

export interface Latencies {
  readonly rounds: number
  readonly callsEach: number
  /** Median duration of a call while the backend is well. */
  readonly wellMs: number
  readonly of: readonly Latency[]
}

const PHASES = {
  well: { kind: 'none' },
  dead: { kind: 'refused' },
  hanging: { kind: 'stalled' },
} as const
type Phase = keyof typeof PHASES
const ROUNDS = 40
const CALLS = 250
const WARM_UP_CALLS = 1_000

/**
 * One program, calling one after the other; the link to its Collector is well, dead and hanging in turns that are short
 * and change their order, so that what else the machine does falls on all alike.
 */
export async function measureLatency(name: string): Promise<Latencies> {
  await using scene = await openScene(name, {
    link: 'to the Collector',
    // Exports in every turn.
    program: { callsPerSecond: 0, intervalMs: 100 },
  })
  const { program, proxy } = scene
  await program.measure(WARM_UP_CALLS)
  const rounds: Record<Phase, readonly number[]>[] = []
  const phases = Object.keys(PHASES) as Phase[]
  for (let round = 0; round < ROUNDS; round += 1) {
    const turns: Record<Phase, readonly number[]> = { well: [], dead: [], hanging: [] }
    for (let turn = 0; turn < phases.length; turn += 1) {
      const phase = phases[(round + turn) % phases.length] ?? 'well'
      await proxy.set(PHASES[phase] satisfies LinkFault)
      turns[phase] = await program.measure(CALLS)
    }
    rounds.push(turns)
  }
  await proxy.set({ kind: 'none' })
  await program.end()
  return {
    rounds: ROUNDS,
    callsEach: CALLS,
    wellMs: quantile(
      0.5,
      rounds.flatMap(({ well }) => well),
    ),
    of: (['dead', 'hanging'] as const).map((backend) => {
      const ratios = (q: number): number[] =>
        rounds.map((turns) => quantile(q, turns[backend]) / quantile(q, turns.well))
      return {
        backend,
        ratio: quantile(0.5, ratios(0.5)),
        spread: [quantile(0.25, ratios(0.5)), quantile(0.75, ratios(0.5))],
        tailRatio: quantile(0.5, ratios(0.95)),
      }
    }),
  }
}

function quantile(q: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
