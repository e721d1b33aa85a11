import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { startOrigin } from '../support/origin.ts'
import { programFolder, type AtEnd } from '../support/program.ts'
import { accountOf, type Account } from './account.ts'
import { renderPage, shapeOf, verdictOf, type Cell } from './page.ts'
import { PLACES, type PlaceKind } from './places.ts'
import { ENDS, PROGRAM, type End } from './programs.ts'
import { runProgram, type Ran } from './run-program.ts'
import { measureKill, measureLatencies, renderTables } from './signal-times.ts'

// Each way to end, with each place where telemetry can go: what arrived, what was told as lost, and what the program saw.

// Most of a cell is waiting for processes to start; more at once would have them wait for each other.
vi.setConfig({ maxConcurrency: 4, testTimeout: 180_000 })

const PAGE = new URL('../../../../docs/exit-matrix.md', import.meta.url)
/** Room for what a busy machine adds to the second that an end may be delayed. */
const DELAY_MS = 4_000
const API = createRequire(import.meta.url).resolve('@opentelemetry/api')

const cells: Cell[] = []

async function run(
  end: End,
  kind: PlaceKind | undefined,
  atEnd: AtEnd,
): Promise<{ ran: Ran; account: Account }> {
  const origin = await startOrigin(undefined, atEnd)
  const place = await kind?.open(atEnd)
  const folder = programFolder({ 'app.cjs': PROGRAM }, atEnd)
  const env = { ORIGIN: origin.url, API, PLIMSOLL_INTERVAL_MS: '600000', ...place?.env }
  const preload = place !== undefined
  const ran = await runProgram({ folder, end, env, preload, limit: place?.limit })
  return { ran, account: accountOf(end.members, place?.arrived(folder), ran.stderr) }
}

/** What is not as it must be. */
function faultsOf(end: End, place: PlaceKind, cell: Cell, ran: Ran, alone: Ran): string[] {
  const { account, delayMs } = cell
  const verdict = verdictOf(end.members, account)
  const whole = end.members.killed === 0
  const promises = {
    'the program sees the same as alone': isDeepStrictEqual(ran.seen, alone.seen),
    'it ends in time': delayMs < DELAY_MS,
    'what was recorded has arrived or is told': verdict !== 'lost',
    'a place that takes all has every count': !whole || place.takes !== 'all' || verdict !== 'told',
    'it has what exit listeners record':
      !whole || place.takes !== 'all' || account.farewells === end.members.whole,
    'a place that takes nothing has nothing':
      place.takes !== 'nothing' || account.events.arrived === 0,
  }
  return Object.entries(promises)
    .filter(([, kept]) => !kept)
    .map(
      ([promise]) => `${place.name}: not so: ${promise}; ${JSON.stringify({ cell, ran, alone })}`,
    )
}

describe.concurrent('a program ends as it would alone, and what it recorded has arrived or is told as lost,', () => {
  test.for(ENDS)('by $name', async (end, { onTestFinished }) => {
    const faults: string[] = []
    const { ran: alone } = await run(end, undefined, onTestFinished)
    for (const place of PLACES) {
      const { account, ran } = await run(end, place, onTestFinished)
      const delayMs = ran.endMs - alone.endMs
      const cell: Cell = { end: end.name, place: place.name, account, delayMs }
      cells.push(cell)
      faults.push(...faultsOf(end, place, cell, ran, alone))
    }
    expect(faults).toEqual([])
  })
})

test('all of it stands on the page, with how soon a busy program dies of a signal and what SIGKILL costs', async () => {
  const tables = renderTables(await measureLatencies(), await measureKill())
  const page = renderPage(cells, tables)
  console.log(page)

  if (process.env['EXIT_MATRIX_WRITE'] === '1') writeFileSync(PAGE, page)
  expect(shapeOf(page)).toBe(shapeOf(readFileSync(PAGE, 'utf8')))
})
