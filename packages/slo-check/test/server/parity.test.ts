import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../../src/report/model.ts'
import { DOUBTS } from '../doubts-truth.ts'
import { CALM, STORMY, harvestTruth } from '../harvest-truth.ts'
import { RUN_ID, START, otlpLines, type InstanceTruth } from '../otlp-lines.ts'
import { ratio, sloText } from '../spec-text.ts'
import { fakePrometheus } from './fake-prometheus.ts'
import { sloReport } from './asked-server.ts'

// What a server answers goes through real HTTP here; the answers are those of the same engine. Other engines: e2e.

const golden = (name: string): string =>
  fileURLToPath(new URL(`../golden/${name}`, import.meta.url))

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slo-check-'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const lookups = (value: number, more: InstanceTruth): InstanceTruth => ({
  counters: [{ instrument: I.cacheLookups, value }],
  ...more,
})
const LOOKUPS = prometheusName(I.cacheLookups)

test.each<[string, string, readonly InstanceTruth[]]>([
  ['a calm harvest', golden('harvest.yaml'), [harvestTruth(CALM)]],
  ['a stormy harvest', golden('harvest.yaml'), [harvestTruth(STORMY)]],
  ['a harvest cut short', golden('harvest.yaml'), [{ ...harvestTruth(CALM), markers: 'start' }]],
  ['what is doubtful', golden('doubts.yaml'), [DOUBTS]],
  [
    'several instances, one of which never ended',
    golden('harvest.yaml'),
    [
      harvestTruth(CALM),
      { ...harvestTruth(STORMY), instance: 'b', start: START + 7, seconds: 45 },
      { ...harvestTruth(CALM), instance: 'c', start: START + 3, markers: 'start' },
    ],
  ],
  ['a run without markers', golden('doubts.yaml'), [{ ...DOUBTS, markers: 'none' }]],
])('%s: the report of a server is that of the files', async (_name, spec, truths) => {
  const { server, files } = await bothReports(spec, truths, ['--run', RUN_ID])

  expect(withoutOrigin(server)).toEqual(withoutOrigin(files))
  expect(server.source.kind).toBe('prometheus')
})

test('several runs, of which one is asked for: the report of a server is that of the files', async () => {
  const spec = join(dir, 'plain.yaml')
  writeFileSync(spec, sloText({ indicator: ratio(`${LOOKUPS}{service_name="a"}`, LOOKUPS) }))
  const truths = [
    lookups(5, { service: 'a' }),
    lookups(6, { service: 'a', instance: '2', start: START + 3 }),
    lookups(90, { service: 'a', instance: '3', runId: 'other' }),
  ]

  const { server, files } = await bothReports(spec, truths, ['--run', RUN_ID])

  expect(withoutOrigin(server)).toEqual(withoutOrigin(files))
  expect(server.objectives).toMatchObject([{ good: 11, total: 11 }])
})

test('a window: the report of a server is that of the files', async () => {
  const spec = join(dir, 'window.yaml')
  writeFileSync(spec, sloText({ indicator: ratio(`${LOOKUPS}{service_name="a"}`, LOOKUPS) }))
  const truths = [
    lookups(5, { service: 'a', instance: '1', runId: 'first' }),
    lookups(7, { service: 'b', instance: '2', runId: 'second', start: START + 40 }),
    lookups(90, { service: 'a', instance: '3', runId: 'past', start: START - 4000 }),
  ]

  const at = String(START + 600)
  const { server, files } = await bothReports(spec, truths, ['--window', '30m', '--at', at])

  expect(withoutOrigin(server)).toEqual(withoutOrigin(files))
  expect(server).toMatchObject({
    run: null,
    objectives: [{ good: 5, total: 12, counting: 'anchored' }],
  })
})

async function bothReports(
  spec: string,
  truths: readonly InstanceTruth[],
  args: readonly string[],
): Promise<{ server: Report; files: Report }> {
  await using fake = await fakePrometheus({ truths })
  const telemetry = join(dir, 'metrics.jsonl')
  writeFileSync(telemetry, truths.flatMap((truth) => otlpLines(truth)).join('\n'))
  return {
    server: await sloReport([spec, '--prometheus', fake.url, '--wait', '0', ...args]),
    files: await sloReport([spec, ...args, '--otlp', telemetry]),
  }
}

/** All but where the telemetry came from. */
function withoutOrigin({ source, ...rest }: Report): unknown {
  const { kind: _kind, name: _name, files: _files, server: _server, ...same } = source
  return { ...rest, source: same }
}
