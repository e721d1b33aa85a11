import { readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { renderPage, shapeOf, verdictOf, type Cell } from './page.ts'
import { measureDelays, renderDelays } from './delays.ts'
import { PLACES, type PlaceKind } from './places.ts'
import { ENDS, type End } from './programs.ts'
import { runAlone, runAt, type RanAt } from './run-at.ts'
import type { Ran } from './run-program.ts'
import { measureKill, measureLatencies, renderTimes } from './signal-times.ts'

// Each way to end, with each place where telemetry can go: what arrived, what was told as lost, and what the program saw.

// Most of a cell is waiting for processes to start; more at once would have them wait for each other.
vi.setConfig({ maxConcurrency: 4, testTimeout: 300_000 })

const PAGE = new URL('../../../../docs/exit-matrix.md', import.meta.url)
/** Room for what a busy machine adds to the second that an end may be delayed. */
const DELAY_MS = 10_000

const cells: Cell[] = []

/** What is not as it must be. */
function faultsOf(end: End, place: PlaceKind, { ran, account }: RanAt, alone: Ran): string[] {
  const delayMs = ran.endMs - alone.endMs
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
      ([promise]) =>
        `${place.name}: not so: ${promise}; ${JSON.stringify({ account, ran, alone })}`,
    )
}

describe.concurrent('a program ends as it would alone, and what it recorded has arrived or is told as lost,', () => {
  test.for(ENDS)('by $name', async (end, { onTestFinished }) => {
    const faults: string[] = []
    const alone = await runAlone(end, onTestFinished)
    for (const place of PLACES) {
      const ran = await runAt(place, end, onTestFinished)
      cells.push({ end: end.name, place: place.name, account: ran.account })
      faults.push(...faultsOf(end, place, ran, alone))
    }
    expect(faults).toEqual([])
  })
})

test('all of it stands on the page, with how long an end takes, how soon a busy program dies of a signal, and what SIGKILL costs', async ({
  onTestFinished,
}) => {
  const delays = await measureDelays(onTestFinished)
  const tables = [
    renderDelays(delays),
    renderTimes(await measureLatencies(), await measureKill()),
  ].join('\n')
  const page = renderPage(cells, tables)
  console.log(page)

  if (process.env['EXIT_MATRIX_WRITE'] === '1') writeFileSync(PAGE, page)
  expect(shapeOf(page)).toBe(shapeOf(readFileSync(PAGE, 'utf8')))
})
