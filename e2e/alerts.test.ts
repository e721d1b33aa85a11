import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createEngine } from '@plimsoll/promql'
import { ATTRIBUTES as A, INSTRUMENTS as I, LOSS_REASONS, SIGNALS } from '@plimsoll/semconv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  buildBinaries,
  startPipeline,
  type Binaries,
  type Pipeline,
} from '../pipeline/src/index.ts'
import { eventually } from './pipeline/ask.ts'
import { logsRequest, metricsRequest, post, traceRequest } from './pipeline/otlp.ts'

const run = promisify(execFile)
const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const RULES = at('prometheus/rules')
const TESTS = at('prometheus/tests')
const SERVICE = { [A.serviceName.key]: 'harvest' }

let binaries: Binaries
beforeAll(async () => {
  binaries = await buildBinaries({ log: (line) => console.log(line) })
})

describe('promtool', () => {
  test.each([
    ...readdirSync(RULES).map((file) => join(RULES, file)),
    at('packages/slo-check/test/golden/rules.yaml'),
  ])('takes the rules in %s', async (file) => {
    const { stdout } = await run(binaries.promtool, ['check', 'rules', file])

    expect(stdout).toMatch(/SUCCESS: [1-9]\d* rules found/u)
  })

  test.each(readdirSync(TESTS))('finds that alerts come and go as in %s', async (file) => {
    const { stdout } = await run(binaries.promtool, ['test', 'rules', join(TESTS, file)])

    expect(stdout).toContain('SUCCESS')
  })
})

interface RuleState {
  readonly type: string
  readonly name: string
  readonly health: string
  readonly lastError?: string
  readonly state?: string
}

/** What Prometheus says of its rules. */
async function rulesOf(prometheus: string): Promise<readonly RuleState[]> {
  const { data } = (await (await fetch(`${prometheus}/api/v1/rules`)).json()) as {
    data: { groups: readonly { rules: readonly RuleState[] }[] }
  }
  return data.groups.flatMap(({ rules }) => rules)
}

/** Names of the metrics that an address shows. */
async function shownBy(url: string): Promise<string[]> {
  const text = await (await fetch(url)).text()
  return text.split('\n').flatMap((line) => /^[a-zA-Z_:][\w:]*/u.exec(line)?.[0] ?? [])
}

/** What the Collector counts only after a fault that nothing here can make: its file exporters do not fail. */
const NOT_PROVOKED = [
  'otelcol_exporter_enqueue_failed_log_records',
  'otelcol_exporter_enqueue_failed_spans',
  'otelcol_exporter_send_failed_log_records',
  'otelcol_exporter_send_failed_spans',
]

describe('on running servers with faults', () => {
  let dir: string
  let full: Pipeline
  let starved: Pipeline
  let shown: ReadonlySet<string>
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'plimsoll-alerts-'))
    // A queue of two kilobytes, and a Collector that may hold one megabyte.
    full = await startPipeline({
      dir: join(dir, 'full'),
      collectorEnv: { COLLECTOR_QUEUE_BYTES: '2000' },
    })
    starved = await startPipeline({
      dir: join(dir, 'starved'),
      collectorEnv: { COLLECTOR_MEMORY_MIB: '20', COLLECTOR_MEMORY_SPIKE_MIB: '19' },
    })
    await provoke(full, starved)
    const addresses = [full, starved].flatMap(({ collector, prometheus }) => [
      collector.telemetry,
      `${prometheus.url}/metrics`,
    ])
    shown = new Set((await Promise.all(addresses.map(shownBy))).flat())
  })
  afterAll(async () => {
    await starved?.[Symbol.asyncDispose]()
    await full?.[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true, force: true })
  })

  test('every metric of theirs that an alert asks for is there, by that name', async () => {
    using engine = await createEngine()
    const { groups } = parse(readFileSync(join(RULES, 'pipeline.yaml'), 'utf8')) as {
      groups: { rules: { record?: string; expr: string }[] }[]
    }
    const rules = groups.flatMap((group) => group.rules)
    const ours = new Set(rules.flatMap(({ record }) => record ?? []))
    const asked = rules
      .flatMap(({ expr }) => engine.parse(expr).selectors)
      .flatMap(({ metric }) => metric ?? [])
      .filter((metric) => /^(otelcol|prometheus)_/u.test(metric) && !ours.has(metric))

    const missing = [...new Set(asked)].filter((metric) => !shown.has(metric))
    expect(missing.toSorted()).toEqual(NOT_PROVOKED)
  })

  test('every rule is evaluated without an error', async () => {
    const rules = await eventually(
      () => rulesOf(full.prometheus.url),
      (seen) => seen.length > 0 && seen.every(({ health }) => health !== 'unknown'),
      90_000,
    )

    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
  })

  test.each([
    'CollectorEnqueueFailing',
    'CollectorExportFailing',
    'PrometheusRejectingSamples',
    'SeriesCapReached',
    'TelemetryLost',
  ])('%s fires', async (alert) => {
    await firing(full.prometheus.url, alert)
  })

  test('CollectorMemoryLimited fires where the Collector may hold next to nothing', async () => {
    await firing(starved.prometheus.url, 'CollectorMemoryLimited')
  })

  test('what is well alerts nobody', async () => {
    const states = await rulesOf(full.prometheus.url)
    const quiet = ['CollectorDown', 'CollectorMemoryLimited', 'PrometheusRuleFailing']

    expect(
      states.filter(({ name, state }) => quiet.includes(name) && state !== 'inactive'),
    ).toEqual([])
  })
})

async function firing(prometheus: string, alert: string): Promise<void> {
  await eventually(
    () => rulesOf(prometheus),
    (rules) => rules.some(({ name, state }) => name === alert && state === 'firing'),
    120_000,
  )
}

/** Makes the faults of which the servers and programs are to tell. */
async function provoke(full: Pipeline, starved: Pipeline): Promise<void> {
  const time = Date.now()
  const one = (value: number): unknown => metricsRequest(SERVICE, [{ name: 'x', value, at: time }])
  const { otlpHttp } = full.collector
  // Two values for one time are a conflict that Prometheus refuses for good.
  expect(await post(otlpHttp, 'metrics', one(1))).toBe(200)
  expect(await post(otlpHttp, 'metrics', one(2))).toBe(200)
  const lost = {
    [A.signal.key]: SIGNALS[0],
    [A.lossReason.key]: LOSS_REASONS[0],
  }
  const told = metricsRequest(SERVICE, [
    { name: I.telemetryLost.name, value: 3, attributes: lost },
    { name: I.cacheLookups.name, value: 3, attributes: { [A.metricOverflow.key]: 'true' } },
  ])
  expect(await post(otlpHttp, 'metrics', told)).toBe(200)
  const many = Array.from({ length: 300 }, (_, index) => ({ name: `many.${index}`, value: 1 }))
  expect(await post(otlpHttp, 'metrics', metricsRequest(SERVICE, many))).toBe(503)
  // Its memory is looked at once a second.
  const record = { eventName: 'e', body: 'b', attributes: {} }
  await eventually(
    () =>
      Promise.all([
        post(starved.collector.otlpHttp, 'metrics', one(1)),
        post(starved.collector.otlpHttp, 'traces', traceRequest(SERVICE, {})),
        post(starved.collector.otlpHttp, 'logs', logsRequest(SERVICE, record)),
      ]),
    (statuses) => statuses.every((status) => status === 503),
  )
  // Counted when Prometheus has answered.
  await eventually(
    () => shownBy(full.collector.telemetry),
    (names) => names.includes('otelcol_exporter_send_failed_metric_points'),
  )
}
