import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { START, otlpLines } from '../otlp-lines.ts'
import { sloCheck, sloReport } from '../server/asked-server.ts'
import { ratio, sloText } from '../spec-text.ts'

const LOOKUPS = prometheusName(I.cacheLookups)

let dir: string
let spec: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
  spec = join(dir, 'slo.yaml')
  writeFileSync(spec, sloText({ indicator: ratio(LOOKUPS, LOOKUPS) }))
  for (const [index, value] of [3, 4, 50].entries()) {
    const start = index === 2 ? START - 90_000 : START + index * 100
    writeRun(`run-${index}`, value, start)
  }
  mkdirSync(join(dir, 'runs', 'empty'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

function writeRun(runId: string, value: number, start: number): void {
  const path = join(dir, 'runs', runId)
  mkdirSync(path, { recursive: true })
  const counters = [{ instrument: I.cacheLookups, value }]
  const lines = otlpLines({ runId, instance: runId, start, counters })
  writeFileSync(join(path, 'run.json'), JSON.stringify({ schemaVersion: 1, id: runId }))
  writeFileSync(join(path, `${runId}.metrics.jsonl`), `${lines.join('\n')}\n`)
}

test('a window is over all runs of a folder, those without data aside', async () => {
  const report = await sloReport([spec, '--dir', dir, '--window', '1h'])

  expect(report).toMatchObject({
    verdict: 'pass',
    run: null,
    source: { kind: 'run-folder', name: join(dir, 'runs'), instances: 2 },
    objectives: [{ good: 7, total: 7, counting: 'anchored' }],
  })
  expect(report.source.files).toHaveLength(3)
  expect(report.warnings).toEqual([expect.stringContaining('empty is no run')])
})

test('the table tells the window in place of a run', async () => {
  const { code, out } = await sloCheck([
    spec,
    '--dir',
    dir,
    '--window',
    '1h30m',
    '--at',
    String(START + 200),
  ])

  expect(code).toBe(0)
  expect(out).toContain('window of 1h30m  harvest\n  up to 2026-11-18T11:10:00.000Z, 2 instances\n')
})

test('where there is no run at all, there is no window', async () => {
  const { code, err } = await sloCheck([spec, '--dir', join(dir, 'nowhere'), '--window', '1h'])

  expect(code).toBe(2)
  expect(err).toContain('[ERR_PLIMSOLL_RUN_NOT_FOUND]')
})
