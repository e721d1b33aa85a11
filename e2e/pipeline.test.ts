import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ATTRIBUTES, INSTRUMENTS, prometheusLabel, prometheusName } from '@plimsoll/semconv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  buildBinaries,
  startPipeline,
  type Binaries,
  type Pipeline,
} from '../pipeline/src/index.ts'
import { ask, eventually, exposed, linesOf } from './pipeline/ask.ts'
import { metricsRequest, post, sendByGrpc } from './pipeline/otlp.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const at = (file: string): string => join(ROOT, file)

const temporary: string[] = []
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'))
  temporary.push(dir)
  return dir
}
let binaries: Binaries

beforeAll(async () => {
  binaries = await buildBinaries({ log: (line) => console.log(line) })
})
afterAll(() => {
  for (const dir of temporary) rmSync(dir, { recursive: true, force: true })
})

describe('the programs', () => {
  it('are of the versions that containers run, and say so', async () => {
    const compose = readFileSync(at('docker-compose.yml'), 'utf8')
    const [collector] = /collector-contrib:\S+/u.exec(compose) ?? ['']
    const [prometheus] = /prom\/prometheus:v\S+/u.exec(compose) ?? ['']

    const versions = {
      otelcol: (await run(binaries.otelcol, ['--version'])).stdout,
      prometheus: (await run(binaries.prometheus, ['--version'])).stdout,
      promtool: (await run(binaries.promtool, ['--version'])).stdout,
    }

    expect(versions.otelcol.trim()).toBe(`otelcol version ${collector.split(':')[1]}`)
    expect(versions.prometheus).toContain(`version ${prometheus.split(':v')[1]} `)
    expect(versions.promtool).toContain(`version ${prometheus.split(':v')[1]} `)
  })
})

describe('the configuration', () => {
  it('is valid for the Collector', async () => {
    await run(binaries.otelcol, ['validate', `--config=${at('collector-config.yaml')}`])
  })

  it('is valid for Prometheus, its rules included', async () => {
    const { stdout } = await run(binaries.promtool, [
      'check',
      'config',
      at('prometheus/prometheus.yml'),
    ])
    expect(stdout).toContain('is valid prometheus config file syntax')
  })
})

describe('the pipeline', () => {
  let pipeline: Pipeline
  beforeAll(async () => {
    pipeline = await startPipeline({ dir: folder() })
  })
  afterAll(() => pipeline[Symbol.asyncDispose]())

  const resource = {
    [ATTRIBUTES.serviceName.key]: 'shop',
    [ATTRIBUTES.serviceVersion.key]: '1.2.3',
    [ATTRIBUTES.serviceInstanceId.key]: 'one',
    [ATTRIBUTES.runId.key]: 'run-1',
    'deployment.environment.name': 'test',
    'host.name': 'not a label',
  }
  const counter = INSTRUMENTS.telemetryLost
  const series = prometheusName(counter)

  it('brings a counter to Prometheus with the promoted labels and a 0 at its start', async () => {
    const request = metricsRequest(resource, [{ name: counter.name, value: 3 }])

    expect(await post(pipeline.collector.otlpHttp, 'metrics', request)).toBe(200)

    const query = `${series}{${prometheusLabel(ATTRIBUTES.runId.key)}="run-1"}[1m]`
    const [sample] = await eventually(
      () => ask(pipeline.prometheus.url, query),
      (found) => found[0]?.values?.length === 2,
    )
    expect(sample?.metric).toEqual({
      __name__: series,
      job: 'shop',
      instance: 'one',
      [prometheusLabel(ATTRIBUTES.runId.key)]: 'run-1',
      [prometheusLabel(ATTRIBUTES.serviceName.key)]: 'shop',
      [prometheusLabel(ATTRIBUTES.serviceVersion.key)]: '1.2.3',
      deployment_environment_name: 'test',
    })
    expect(sample?.values?.map(([, value]) => value)).toEqual(['0', '3'])
  })

  it('has it in the file and on the scrape port too, and counts what it did', async () => {
    const { collector } = pipeline

    const lines = linesOf(collector.files.metrics)
    const scraped = await (await fetch(collector.scrape)).text()

    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`"${counter.name}"`)
    expect(scraped).toMatch(
      new RegExp(`^${series}\\{.*${prometheusLabel(ATTRIBUTES.runId.key)}="run-1".*\\} 3`, 'mu'),
    )
    expect(await exposed(collector.telemetry, 'otelcol_receiver_accepted_metric_points')).toBe(1)
    expect(await exposed(collector.telemetry, 'otelcol_exporter_queue_capacity')).toBe(536870912)
  })

  it('takes OTLP over gRPC', async () => {
    const gauge = { name: 'grpc.gauge', service: 'caller', value: 7 }

    expect(await sendByGrpc(pipeline.collector.otlpGrpc, gauge)).toBe(0)

    const [sample] = await eventually(
      () => ask(pipeline.prometheus.url, 'grpc_gauge'),
      (found) => found.length > 0,
    )
    expect(sample?.value?.[1]).toBe('7')
  })

  it("takes a program's metrics, spans and events over protobuf, and has them in its files", async () => {
    const dir = folder()

    await run(process.execPath, ['-r', '@plimsoll/register', at('examples/plain/plain.cjs')], {
      cwd: ROOT,
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: pipeline.collector.otlpHttp,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_SERVICE_NAME: 'plain',
        PLIMSOLL_RUN_ID: 'run-plain',
        TMPDIR: dir,
      },
    })

    const calls = `${prometheusName(INSTRUMENTS.callDuration)}_count`
    const query = `sum(${calls}{${prometheusLabel(ATTRIBUTES.runId.key)}="run-plain"})`
    const [sample] = await eventually(
      () => ask(pipeline.prometheus.url, query),
      (found) => found.length > 0,
    )
    expect(sample?.value?.[1]).toBe('3')
    for (const file of Object.values(pipeline.collector.files)) {
      expect(linesOf(file).some((line) => line.includes('run-plain'))).toBe(true)
    }
  })

  it('scrapes its own telemetry, and not the scrape port', async () => {
    const up = await eventually(
      () => ask(pipeline.prometheus.url, 'up'),
      (found) => found.length === 2 && found.every(({ value }) => value?.[1] === '1'),
      60_000,
    )

    const jobs = new Set(up.map(({ metric }) => metric['job']))
    expect(jobs).toEqual(new Set(['otelcol', 'prometheus']))
    const own = `${series}{${prometheusLabel(ATTRIBUTES.runId.key)}="run-1"}`
    const [count] = await ask(pipeline.prometheus.url, `count(${own})`)
    expect(count?.value?.[1]).toBe('1')
  })

  it('tells its version to clients, and has loaded the rules', async () => {
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${pipeline.prometheus.url}${path}`)).json()

    const build = (await get('/api/v1/status/buildinfo')) as { data: { version: string } }
    const rules = (await get('/api/v1/rules')) as { data: { groups: unknown[] } }

    expect(build.data.version).toMatch(/^3\.\d+\.\d+$/u)
    expect(rules.data.groups.length).toBeGreaterThan(0)
  })
})
