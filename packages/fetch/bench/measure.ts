import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** What one round of something costs: its middle, and the span of its runs. */
export interface Cost {
  readonly middle: number
  readonly least: number
  readonly most: number
}

/** Runs all `steps` by turns, so that what disturbs the machine disturbs them alike; nanoseconds of CPU of each round. */
export async function timed(
  steps: Readonly<Record<string, () => unknown>>,
  { rounds, repeats }: { readonly rounds: number; readonly repeats: number },
): Promise<Map<string, Cost>> {
  const runs = new Map(Object.keys(steps).map((name) => [name, [] as number[]]))
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const [name, step] of Object.entries(steps)) {
      const start = process.cpuUsage()
      for (let round = 0; round < rounds; round++) await step()
      const { user, system } = process.cpuUsage(start)
      const ns = ((user + system) * 1_000) / rounds
      // The first is for warming up.
      if (repeat >= 0) runs.get(name)?.push(ns)
    }
  }
  return new Map([...runs].map(([name, values]) => [name, costOf(values)]))
}

/** Bytes that one round allocates on the heap, whether they outlive it or not: so few rounds that nothing is collected. */
export async function allocated(step: () => unknown, rounds = 300): Promise<Cost> {
  for (let round = 0; round < rounds; round++) await step()
  const values: number[] = []
  for (let repeat = 0; repeat < 9; repeat++) {
    gc()
    const before = process.memoryUsage().heapUsed
    for (let round = 0; round < rounds; round++) await step()
    const bytes = (process.memoryUsage().heapUsed - before) / rounds
    if (bytes > 0) values.push(bytes)
  }
  return costOf(values)
}

/** Collects what is garbage, and what only that held: bodies of fetch are let go in several rounds. */
async function collect(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    gc()
  }
}

/** Bytes that each of `count` things keeps. */
export async function kept(count: number, make: (index: number) => unknown): Promise<number> {
  await collect()
  const before = process.memoryUsage().heapUsed
  const all = Array.from({ length: count }, (_, index) => make(index))
  await collect()
  const bytes = process.memoryUsage().heapUsed - before
  return all.length === count ? bytes / count : NaN
}

function costOf(values: number[]): Cost {
  values.sort((a, b) => a - b)
  return {
    middle: values[values.length >> 1] ?? NaN,
    least: values[0] ?? NaN,
    most: values.at(-1) ?? NaN,
  }
}

/** As a column: the least, the middle and the most. */
export function show(cost: Cost | undefined, unit: number): string {
  const { least = NaN, middle = NaN, most = NaN } = cost ?? {}
  return [least, middle, most]
    .map((each) => (each / unit).toFixed(unit === 1 ? 0 : 2).padStart(9))
    .join('')
}
