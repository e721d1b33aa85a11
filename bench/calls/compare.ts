import { mean, spreadOf, type Spread } from '../statistics.ts'
import type { Measured } from './program.ts'
import type { Turn } from './turns.ts'

/** A row at one concurrency, over all turns. */
export interface Comparison {
  readonly id: string
  readonly atOnce: number
  /** Turns that it was measured in. */
  readonly turns: number
  /** Microseconds a call, of the whole process. */
  readonly cpuMicros: Spread
  readonly addedCpuMicros: Spread
  /** Calls a second, as a ratio to those of the baseline. */
  readonly rateRatio: Spread
  readonly heapBytes: Spread
  readonly addedHeapBytes: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
}

/** Holds each turn against the mean of its two baselines; rows come in the order in which they were first met. */
export function compare(turns: readonly Turn[]): readonly Comparison[] {
  const groups = Map.groupBy(turns.flatMap(pairs), ({ id, own }) => `${id} ${own.atOnce}`)
  return [...groups.values()].map((group) => {
    const [first] = group
    if (first === undefined) throw new Error('a group of nothing')
    const over = (figure: (pair: Pair) => number): Spread => spreadOf(group.map(figure))
    return {
      id: first.id,
      atOnce: first.own.atOnce,
      turns: group.length,
      cpuMicros: over(({ own }) => cpuOf(own)),
      addedCpuMicros: over(({ own, bare }) => cpuOf(own) - mean(bare.map(cpuOf))),
      rateRatio: over(({ own, bare }) => rateOf(own) / mean(bare.map(rateOf))),
      heapBytes: over(({ own }) => heapOf(own)),
      addedHeapBytes: over(({ own, bare }) => heapOf(own) - mean(bare.map(heapOf))),
      p50Ms: over(({ own }) => own.p50Ms),
      p99Ms: over(({ own }) => own.p99Ms),
    }
  })
}

interface Pair {
  readonly id: string
  readonly own: Measured
  readonly bare: readonly Measured[]
}

function pairs({ id, measured, baselines }: Turn): readonly Pair[] {
  return measured.map((own) => ({
    id,
    own,
    bare: baselines.map((baseline) => {
      const at = baseline.find(({ atOnce }) => atOnce === own.atOnce)
      if (at === undefined) throw new Error(`no baseline at ${own.atOnce} calls at once`)
      return at
    }),
  }))
}

const cpuOf = ({ cpuMicros, calls }: Measured): number => cpuMicros / calls
const rateOf = ({ calls, elapsedMs }: Measured): number => (calls / elapsedMs) * 1_000
const heapOf = ({ heapBytes, calls }: Measured): number => heapBytes / calls
