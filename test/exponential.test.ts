import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEngine } from '@plimsoll/promql'
import { INSTRUMENTS, prometheusName } from '@plimsoll/semconv'
import { expect, onTestFinished, test } from 'vitest'

// A program that keeps exponential histograms, its file in the embedded engine, and the verdict of the command.

const PRELOAD = fileURLToPath(import.meta.resolve('../packages/register/dist/register.cjs'))
const SLO_CHECK = fileURLToPath(import.meta.resolve('../packages/slo-check/bin/slo-check.js'))
const CALLS = prometheusName(INSTRUMENTS.callDuration)

const PROGRAM = `
const origin = require('node:http').createServer((_, response) => response.end('x'))
origin.listen(0, '127.0.0.1', async () => {
  const { metrics } = require(${JSON.stringify(fileURLToPath(import.meta.resolve('@opentelemetry/api')))})
  const waits = metrics.getMeter('app').createHistogram('wait', { unit: 's' })
  for (let i = 1; i <= 40; i++) {
    await (await fetch('http://127.0.0.1:' + origin.address().port)).text()
    waits.record(i)
  }
  process.exit(0)
})`

function slo(name: string, indicator: string, annotations: string, objective: string): string {
  return `
apiVersion: openslo/v1
kind: SLO
metadata: { name: ${name}${annotations} }
spec:
  service: app
  indicator: { metadata: { name: ${name} }, spec: { ${indicator} } }
  timeWindow: [{ duration: 1d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [${objective}]
`
}

const source = (query: string): string =>
  `{ metricSource: { type: Prometheus, spec: { query: '${query}' } } }`
const counted = (matchers: string): string =>
  source(`histogram_count(sum(last_over_time(${CALLS}{${matchers}}[$window])))`)

const SPEC = [
  slo(
    'counted',
    `ratioMetric: { counter: true, good: ${counted('error_type=""')}, total: ${counted('')} }`,
    '',
    '{ target: 0.5 }',
  ),
  slo(
    'waits',
    `thresholdMetric: ${source('wait_seconds_bucket')}`,
    ', annotations: { plimsoll.dev/kind: percentile, plimsoll.dev/quantile: "0.5", plimsoll.dev/unit: s }',
    '{ op: lte, value: 30, target: 0.5 }',
  ),
].join('---')

test('exponential histograms reach the verdict: counts exact, percentiles within a bucket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'app.cjs'), PROGRAM)
  writeFileSync(join(folder, 'slo.yaml'), SPEC)
  const env = {
    ...process.env,
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
  }
  const app = spawnSync(process.execPath, ['-r', PRELOAD, 'app.cjs'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  expect(app).toMatchObject({ status: 0 })

  const checked = spawnSync(process.execPath, [SLO_CHECK, 'slo.yaml', '--report', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const report = JSON.parse(checked.stdout) as {
    objectives: { bounds: number[] }[]
  }
  expect(report).toMatchObject({
    verdict: 'pass',
    objectives: [{ good: 40, total: 40 }, { total: 40 }],
  })
  // The values are 1 to 40: the middle one is 20, and 160 buckets from 1 to 40 are 4 % wide at most.
  const [low = 0, high = 0] = report.objectives[1]?.bounds ?? []
  expect(low).toBeLessThanOrEqual(20)
  expect(high).toBeGreaterThanOrEqual(20)
  expect(high / low).toBeLessThan(1.05)

  using engine = await createEngine()
  const [run = ''] = readdirSync(join(folder, '.plimsoll', 'runs'))
  const path = join(folder, '.plimsoll', 'runs', run)
  const file = readdirSync(path).find((name) => name.endsWith('.metrics.jsonl')) ?? ''
  const loaded = engine.load(readFileSync(join(path, file)))
  expect(loaded.problems).toEqual([])
  const answer = engine.instant('histogram_sum(wait_seconds)', loaded.maxTime ?? 0)
  expect(answer).toMatchObject({ result: [{ value: [expect.anything(), '820'] }] })
})
