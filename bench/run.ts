import { availableParallelism, cpus } from 'node:os'
import { compare } from './calls/compare.ts'
import { measure } from './calls/one-run.ts'
import type { Measured } from './calls/program.ts'
import type { Row } from './calls/rows.ts'
import type { Origin } from './calls/serve.ts'
import { takeTurn, type Turn } from './calls/turns.ts'
import type { Effort } from './effort.ts'
import { runMicros } from './micro/run.ts'
import type { BenchOptions } from './options.ts'
import { measureExits } from './process/exit.ts'
import { preloads } from './process/preloads.ts'
import { measureStarts } from './process/start.ts'
import { profileRows } from './profile/profile-rows.ts'
import type { Report } from './report.ts'

/** Measures what `options` ask for, one process after the other; tells on stderr where it is. */
export async function run(
  origin: Origin,
  { own, turns, rows, sections }: BenchOptions,
  { times, micro, starts, exits, profile, retries }: Effort,
): Promise<Report> {
  const wants = (section: (typeof sections)[number]): boolean => sections.includes(section)
  const measureRow = (row: Row): Promise<readonly Measured[]> =>
    again(retries, () => measure(row, { origin, times }))
  const taken: Turn[] = []
  for (let turn = 0; wants('calls') && turn < turns; turn += 1) {
    tell(`calls, turn ${turn + 1} of ${turns}`)
    taken.push(...(await takeTurn(rows, turn, measureRow)))
  }
  const callsCounted = Object.values(await origin.ledger()).reduce((sum, count) => sum + count, 0)
  const machine = {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  }
  const profiles = wants('profile') ? await profileRows(origin, { ...times, measure: profile }) : []
  tell('parts')
  const micros = wants('parts') ? await runMicros({ ...micro, peers: !own }) : []
  tell('start and exit')
  const ways = preloads(!own)
  return {
    machine,
    turns,
    measureMs: times.measure.atLeastMs,
    callsCounted,
    calls: compare(taken),
    micros,
    starts: wants('start') ? await measureStarts(ways, starts) : [],
    exits: wants('start') ? await measureExits(ways, exits, origin) : [],
    profiles,
  }
}

async function again<Result>(retries: number, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (retries === 0) throw error
    tell(`once more, for it failed: ${String(error)}`)
    return again(retries - 1, work)
  }
}

function tell(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`)
}
