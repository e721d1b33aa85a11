import { setFlagsFromString } from 'node:v8'
import { compileFunction, runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const REPEATS = 7
// Few enough that what they allocate fits into the young generation: no collection falls between two readings.
const ALLOCATING_ROUNDS = 1_000

/** Prints what one `step` costs: nanoseconds of CPU, median of seven (best and worst), and bytes of the heap. */
export function measure(name: string, rounds: number, step: () => void): void {
  const loop = loopOf(name)
  loop(step, rounds)
  const times = repeated(() => {
    const before = process.cpuUsage()
    loop(step, rounds)
    const { user, system } = process.cpuUsage(before)
    return ((user + system) * 1e3) / rounds
  })
  const bytes = repeated(() => allocated(step, Math.min(rounds, ALLOCATING_ROUNDS)))
  const [best, median, worst] = [times[0], times[REPEATS >> 1], times.at(-1)]
  console.log(
    `${name.padEnd(52)} ${shown(median).padStart(7)} ns (${shown(best)}–${shown(worst)})  ${shown(bytes[REPEATS >> 1]).padStart(6)} B`,
  )
}

/** A loop of its own for each step, for the engine to compile for that one alone, as it does with a program's. */
function loopOf(name: string): (step: () => void, rounds: number) => void {
  const body = `for (let round = 0; round < rounds; round += 1) step() // ${name}`
  return compileFunction(body, ['step', 'rounds']) as (step: () => void, rounds: number) => void
}

function allocated(step: () => void, rounds: number): number {
  collect()
  const before = process.memoryUsage().heapUsed
  for (let round = 0; round < rounds; round += 1) step()
  return (process.memoryUsage().heapUsed - before) / rounds
}

function repeated(take: () => number): number[] {
  return Array.from({ length: REPEATS }, take).toSorted((a, b) => a - b)
}

function shown(value: number | undefined): string {
  if (value === undefined) return ''
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}
