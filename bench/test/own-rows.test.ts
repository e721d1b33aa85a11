import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASELINE, needsPeers, ROWS } from '../calls/rows.ts'
import type { Report } from '../report.ts'

// What needs nothing installed, run as `npm run bench -- --quick --own` does. Rows whose calls the origin or the telemetry
// did not see fail within it; no time is judged.

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A run takes seconds on a machine that does nothing else. */
const BUSY_MACHINE_MS = 300_000

const MAIN = join(import.meta.dirname, '..', 'main.ts')
const json = join(folder, 'report.json')
let report: Report
let page: string

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, '--quick', '--own', '--json', json],
    { cwd: folder, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  report = JSON.parse(readFileSync(json, 'utf8')) as Report
  page = stdout
}, BUSY_MACHINE_MS)

describe('a quick run of what is ours', () => {
  test('has every row of ours and the baseline, at both concurrencies', () => {
    const rows = [BASELINE, ...ROWS.filter((row) => !needsPeers(row))].flatMap(({ id }) => [
      `${id} 1`,
      `${id} 50`,
    ])

    expect(report.calls.map(({ id, atOnce }) => `${id} ${atOnce}`).toSorted()).toEqual(
      rows.toSorted(),
    )
  })

  test('has figures that calls on a network can have', () => {
    for (const { cpuMicros, heapBytes, p50Ms, p99Ms, rateRatio } of report.calls) {
      expect(cpuMicros.low).toBeGreaterThan(1)
      expect(heapBytes.low).toBeGreaterThan(1_000)
      expect(p50Ms.low).toBeGreaterThan(0)
      expect(p99Ms.high).toBeGreaterThanOrEqual(p50Ms.low)
      expect(rateRatio.low).toBeGreaterThan(0)
    }
    expect(report.callsCounted).toBeGreaterThan(100)
  })

  test('has parts, starts, exits and a profile in which our packages are found', () => {
    const parts = report.micros.flatMap(({ figures }) => figures)
    const packages = report.profiles.flatMap(({ shares }) => shares.map(({ name }) => name))

    expect(parts.length).toBeGreaterThan(15)
    expect(parts.filter(({ nanos }) => !(nanos.low > 0))).toEqual([])
    expect(report.starts.map(({ id }) => id)).toEqual(['plain', 'ours'])
    expect(report.exits.map(({ id }) => id)).toEqual(['plain', 'ours'])
    expect(packages).toEqual(
      expect.arrayContaining(['@plimsoll/fetch', '@plimsoll/telemetry', '@plimsoll/policies']),
    )
  })

  test('judges every goal but the one that needs a neighbour', () => {
    const goals = page.split('## Our goals')[1]?.split('## A call')[0] ?? ''

    expect(goals.match(/\| (?:met|\*\*missed\*\*) \|$/gmu)?.length).toBe(14)
  })
})

test(
  'the calls can be asked for alone, and rows of them',
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [MAIN, '--quick', '--own', '--rows', 'observed', '--sections', 'calls'],
      { cwd: folder, encoding: 'utf8' },
    )

    expect({ status, error: /Error.*/u.exec(stderr)?.[0] }).toEqual({ status: 0 })
    expect(stdout).toMatch(/^# Benchmarks\n/u)
    expect(stdout.match(/^\| \*\*preload\*\*/gmu)?.length).toBe(2)
  },
  BUSY_MACHINE_MS,
)

test('docs/benchmarks.md has the headings and the rows of what is measured now', () => {
  const committed = readFileSync(join(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8')
  const headings = (text: string): string[] => text.match(/^##.*$/gmu) ?? []
  const cells = (text: string): string[] =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith('| ') ? [line.split('|')[1]?.trim() ?? ''] : []))

  expect(headings(committed)).toEqual(headings(page))
  expect(cells(committed)).toEqual(expect.arrayContaining(ROWS.map(({ title }) => title)))
  expect(cells(committed)).toEqual(
    expect.arrayContaining(
      report.micros.flatMap(({ figures }) => figures.map(({ name }) => `**${name}**`)),
    ),
  )
})
