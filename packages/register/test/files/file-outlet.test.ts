import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createDiskWarning } from '../../src/files/disk-warning.ts'
import { createFileOutlet, snapshotStep } from '../../src/files/file-outlet.ts'
import type { Request } from '../../src/pipeline/outlet.ts'
import { createMessages } from '../../src/messages.ts'
import { programFolder } from '../support/program.ts'

function outletIn(run: string, maxBytes: number) {
  const lines: string[] = []
  const lost: unknown[][] = []
  const outlet = createFileOutlet({
    run,
    instance: 'me',
    maxBytes,
    warning: createDiskWarning(createMessages('info', (line) => lines.push(line))),
    loss: (...loss) => lost.push(loss),
    tell: (text) => lines.push(text),
  })
  return { outlet, lines, lost }
}

function request(signal: Request['signal'], bytes: number, final = false): Request {
  return { signal, body: Buffer.alloc(bytes, 'x'), items: 3, final }
}

test('past its share of the cap an event or span is dropped and counted; metrics never before them', () => {
  const run = programFolder({})
  const { outlet, lost } = outletIn(run, 1_000)

  outlet.send(request('logs', 700))
  outlet.send(request('traces', 100))
  outlet.send(request('metrics', 200))

  expect(lost).toEqual([['traces', 'size_cap', 3]])
  expect(readdirSync(run).sort()).toEqual(['me.logs.jsonl', 'me.metrics.jsonl'])
})

test('the cap is that of the run: what other instances wrote counts', () => {
  const run = programFolder({ 'other.logs.jsonl': 'x'.repeat(800), 'run.json': '{}' })
  const { outlet, lost } = outletIn(run, 1_000)

  outlet.wantsMetrics()
  outlet.send(request('logs', 10))

  expect(lost).toEqual([['logs', 'size_cap', 3]])
})

test('the last word is written past every cap', () => {
  const run = programFolder({})
  const { outlet, lost } = outletIn(run, 100)

  outlet.send(request('metrics', 5_000, true))

  expect(lost).toEqual([])
  expect(readFileSync(join(run, 'me.metrics.jsonl'))).toHaveLength(5_001)
})

test('snapshots of metrics grow rare as the cap comes near, and end at it', () => {
  const steps = [0, 500, 750, 800, 900, 990, 1_000].map((used) => snapshotStep(used, 1_000))

  expect(steps).toEqual([1, 1, 1, 16, 36, 396, Infinity])
})

test('a snapshot that is left out is not lost', () => {
  const run = programFolder({})
  writeFileSync(join(run, 'other.metrics.jsonl'), 'x'.repeat(800))
  const { outlet, lost } = outletIn(run, 1_000)

  const wanted = Array.from({ length: 32 }, () => outlet.wantsMetrics())

  expect(wanted.flatMap((yes, index) => (yes ? [index + 1] : []))).toEqual([16, 32])
  expect(lost).toEqual([])
})

test('a disk that takes nothing is told once, and each loss is counted', () => {
  const folder = programFolder({ file: '' })
  const { outlet, lines, lost } = outletIn(join(folder, 'file/run'), 1_000)

  outlet.send(request('logs', 10))
  outlet.send(request('metrics', 10))

  expect(lines).toEqual([
    expect.stringMatching(/^plimsoll: cannot write telemetry to .*\(?(ENOTDIR|EEXIST)/u),
  ])
  expect(lost).toEqual([
    ['logs', 'write_failed', 3],
    ['metrics', 'write_failed', 3],
  ])
})

test('losing never throws', () => {
  const { outlet } = outletIn('/dev/null/nowhere', 1_000)
  const spy = vi.fn<() => boolean>(() => outlet.wantsMetrics())

  expect(spy()).toBe(true)
  expect(() => outlet.finish(10)).not.toThrow()
})
