import type { AtEnd } from '../support/program.ts'
import { tableOf } from './page.ts'
import { PLACES } from './places.ts'
import { ENDS, type End } from './programs.ts'
import { runAlone, runAt } from './run-at.ts'

const ROUNDS = 3
const [SIMPLE, WITH_BUSY_WORKER] = ['process.exit', 'worker: busy while main exits'] as const

/** How long an end takes, in milliseconds from the program's own last step. */
interface Delay {
  readonly end: string
  readonly place: string
  readonly ms: number
}

/** Measures one end after the other: nothing else of these tests runs beside it. */
export async function measureDelays(atEnd: AtEnd): Promise<Delay[]> {
  const delays: Delay[] = []
  for (const end of ENDS.filter(({ name }) => name === SIMPLE || name === WITH_BUSY_WORKER)) {
    delays.push(await measured(end, 'alone', async () => (await runAlone(end, atEnd)).endMs))
    for (const place of PLACES) {
      const run = async (): Promise<number> => (await runAt(place, end, atEnd)).ran.endMs
      delays.push(await measured(end, place.name, run))
    }
  }
  return delays
}

async function measured({ name }: End, place: string, run: () => Promise<number>): Promise<Delay> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await run())
  const ms = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN
  return { end: name, place, ms }
}

export function renderDelays(delays: readonly Delay[]): string {
  const columns = ['alone', ...PLACES.map(({ name }) => name)]
  const rows = [SIMPLE, WITH_BUSY_WORKER].map((end) => [
    end,
    ...columns.map((column) => {
      const delay = delays.find((one) => one.end === end && one.place === column)
      return delay === undefined ? 'not measured' : `${Math.round(delay.ms)} ms`
    }),
  ])
  return `## How long an end takes

From the program's own last step to the end of its process, median of ${ROUNDS}. The program has made its first calls a moment before, so that
the connection to the collector is yet to be made.

${tableOf([['the program ends by', ...columns], ...rows])}
`
}
