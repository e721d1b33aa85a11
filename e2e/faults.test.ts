import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { buildBinaries } from '../pipeline/src/index.ts'
import type { Account } from './fault/account.ts'
import {
  bothKilled,
  collectorAwayForAWhile,
  collectorGoneAtTheEnd,
  collectorHangs,
  collectorKilledTwice,
  collectorNeverThere,
  collectorRefuses,
} from './fault/collector-faults.ts'
import { measureLatency } from './fault/latency.ts'
import { brokenLink, slowLink } from './fault/link-faults.ts'
import { renderPage, renderTables, shapeOf } from './fault/page.ts'
import { prometheusDown, queueFull } from './fault/prometheus-faults.ts'
import { filesRotated } from './fault/rotation.ts'

const PAGE = new URL('../docs/faults.md', import.meta.url)
/** Room for what a busy machine adds to the second that an exit may take. */
const EXIT_MS = 3_000
const MAX_RATIO = 1.15

// Scenes wait most of their time; more at once than cores would have them wait for each other.
vi.setConfig({ maxConcurrency: 4 })

const accounts: Account[] = []

beforeAll(async () => {
  await buildBinaries({ log: console.log })
})

/** What holds whatever breaks: nothing is missing that nobody tells of. */
function keep(account: Account): void {
  accounts.push(account)
  expect(account.arrived + account.told).toBe(account.recorded)
  expect(account.failedInCollector).toBe(0)
  expect(account.exitMs).toBeLessThan(EXIT_MS)
  // Metrics leave before the last losses are known, stderr is written after them.
  expect(account.toldInMetrics).toBeLessThanOrEqual(account.told + account.points)
}

describe.concurrent('counts are the ledger of the origin, and nothing is lost,', () => {
  test.each([
    ['Prometheus down for 60 s, then killed with -9', prometheusDown],
    ['Prometheus down until the queue of the Collector is full', queueFull],
    ['Collector killed with -9, twice', collectorKilledTwice],
    ['Collector and Prometheus killed with -9 at once', bothKilled],
    ['Collector not to be reached for 10 s', collectorAwayForAWhile],
    ['link to the Collector slow', slowLink('to the Collector')],
    ['link to the Collector stalls, is reset, closes halfway', brokenLink('to the Collector')],
    ['link to Prometheus slow', slowLink('to Prometheus')],
    ['link to Prometheus stalls, is reset, closes halfway', brokenLink('to Prometheus')],
  ])('with %s', async (fault, run) => {
    const account = await run(fault)

    keep(account)
    expect(account.counted).toBe(account.calls)
    expect(account).toMatchObject({ complete: true, told: 0, points: 0 })
  })

  test('with files of the Collector rotated while they are written', async () => {
    const { account, files, verdicts } = await filesRotated(
      'files of the Collector rotated at 1 MB',
    )

    keep(account)
    expect(account).toMatchObject({ complete: true, told: 0, points: 0, twice: 0 })
    for (const count of files) expect(count).toBeGreaterThan(1)
    const whole = { verdict: 'pass', calls: account.calls, complete: true, exitCode: 0 }
    expect(verdicts).toEqual({ files: whole, prometheus: whole })
  })
})

describe.concurrent('what is lost is told to the item, and the program ends as it would have,', () => {
  test.each([
    ['Collector never there', collectorNeverThere],
    ['Collector hanging from the start to the end', collectorHangs],
  ])('with %s', async (fault, run) => {
    const account = await run(fault)

    keep(account)
    expect(account).toMatchObject({ complete: false, counted: 0, arrived: 0 })
    expect(account.points).toBeGreaterThan(0)
  })

  test('with Collector refusing what is large: the run is whole, and its metrics count the rest', async () => {
    const account = await collectorRefuses('Collector refusing requests above 18 kB')

    keep(account)
    expect(account).toMatchObject({ complete: true, counted: account.calls, points: 0 })
    expect(account.told).toBeGreaterThan(0)
    expect(account.toldInMetrics).toBe(account.told)
  })

  test('with Collector gone before the end: the run is incomplete, not wrong', async () => {
    const { account, verdicts } = await collectorGoneAtTheEnd('Collector gone before the end')

    keep(account)
    expect(account.complete).toBe(false)
    expect(account.counted).toBeGreaterThan(0)
    expect(account.counted).toBeLessThan(account.calls)
    expect(account.told).toBeGreaterThan(0)
    expect(account.points).toBeGreaterThan(0)
    const cut = {
      verdict: 'inconclusive',
      calls: account.counted,
      complete: false,
      exitCode: 2,
    }
    expect(verdicts).toEqual({ files: cut, prometheus: cut })
  })
})

test('calls of the program take as long with a backend that is dead or hangs; all of it stands on the page', async () => {
  const latencies = await measureLatency('latency')

  accounts.sort((a, b) => a.fault.localeCompare(b.fault, 'en'))
  console.log(renderTables(accounts, latencies))
  for (const { ratio } of latencies.of) expect(ratio).toBeLessThan(MAX_RATIO)
  const page = renderPage(accounts, latencies)
  if (process.env['E2E_WRITE_DOCS'] === '1') writeFileSync(PAGE, page)
  expect(shapeOf(page)).toBe(shapeOf(readFileSync(PAGE, 'utf8')))
})
