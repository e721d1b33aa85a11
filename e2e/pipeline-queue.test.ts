import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startPipeline, type Pipeline, type PipelineOptions } from '../pipeline/src/index.ts'
import { ask, eventually, exposed, linesOf } from './pipeline/ask.ts'
import { metricsRequest, post } from './pipeline/otlp.ts'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'plimsoll-queue-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const start = (options: Omit<PipelineOptions, 'dir'> = {}): Promise<Pipeline> =>
  startPipeline({ dir, ...options })

/** One point of a program's counter; its times are a millisecond apart, so that each is a sample of its own. */
const began = Date.now()
const point = (service: string, value: number, temporality: 1 | 2 = 2): unknown =>
  metricsRequest({ 'service.name': service, 'service.instance.id': service }, [
    { name: 'work', value, at: began + value, temporality },
  ])

/** Values of a program's counter in Prometheus, the 0 at its start left out. */
async function valuesOf(pipeline: Pipeline, service: string): Promise<number[]> {
  const [series] = await ask(pipeline.prometheus.url, `work_total{job="${service}"}[1h]`)
  return (series?.values ?? []).map(([, value]) => Number(value)).filter((value) => value > 0)
}

describe('the queue to Prometheus', () => {
  it('keeps what was accepted through an outage of Prometheus and kill -9 of the Collector', async () => {
    await using pipeline = await start()
    const { collector, prometheus } = pipeline
    await prometheus.kill()

    for (let value = 1; value <= 40; value += 1) {
      expect(await post(collector.otlpHttp, 'metrics', point('shop', value))).toBe(200)
    }
    const waiting = await exposed(collector.telemetry, 'otelcol_exporter_queue_size')
    await collector.kill()
    await collector.start()
    await prometheus.start()

    const values = await eventually(
      () => valuesOf(pipeline, 'shop'),
      (found) => found.length >= 40,
    )
    expect(waiting).toBeGreaterThan(0)
    expect(values).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(linesOf(collector.files.metrics)).toHaveLength(40)
  })

  it('loses the points of one program for a bad one of its own, and none of the others', async () => {
    await using pipeline = await start()
    const { collector, prometheus } = pipeline
    await prometheus.stop()

    const delta = 1
    for (let value = 1; value <= 5; value += 1) {
      await post(collector.otlpHttp, 'metrics', point('good', value))
      await post(collector.otlpHttp, 'metrics', point('bad', value, delta))
      await post(collector.otlpHttp, 'metrics', point('other', value))
    }
    await prometheus.start()

    const all = [1, 2, 3, 4, 5]
    await eventually(
      () => valuesOf(pipeline, 'other'),
      (found) => found.length >= all.length,
    )
    expect(await valuesOf(pipeline, 'good')).toEqual(all)
    expect(await valuesOf(pipeline, 'other')).toEqual(all)
    expect(await valuesOf(pipeline, 'bad')).toEqual([])
    const failed = 'otelcol_exporter_send_failed_metric_points'
    expect(await exposed(collector.telemetry, failed)).toBe(all.length)
  })

  it('refuses with 503 when it is full, says so, and takes all that is sent again', async () => {
    await using pipeline = await start({ collectorEnv: { COLLECTOR_QUEUE_BYTES: '1000' } })
    const { collector, prometheus } = pipeline
    await prometheus.kill()

    const statuses: number[] = []
    let refused = 0
    for (let value = 1; refused === 0 && value < 100; value += 1) {
      statuses.push(await post(collector.otlpHttp, 'metrics', point('shop', value)))
      if (statuses.at(-1) !== 200) refused = value
    }
    const counted = await exposed(
      collector.telemetry,
      'otelcol_exporter_enqueue_failed_metric_points',
    )
    await prometheus.start()
    await eventually(
      () => post(collector.otlpHttp, 'metrics', point('shop', refused)),
      (status) => status === 200,
    )

    expect(refused).toBeGreaterThan(1)
    expect(statuses.at(-1)).toBe(503)
    expect(counted).toBe(1)
    const all = Array.from({ length: refused }, (_, index) => index + 1)
    await eventually(
      () => valuesOf(pipeline, 'shop'),
      (found) => found.length === all.length,
    )
    expect(await valuesOf(pipeline, 'shop')).toEqual(all)
  })

  it('splits a large request and keeps all of it', async () => {
    await using pipeline = await start()
    const points = Array.from({ length: 12_000 }, (_, index) => ({
      name: 'wide',
      value: 1,
      at: began,
      attributes: { n: `${index}` },
    }))

    const request = metricsRequest({ 'service.name': 'wide' }, points)
    expect(await post(pipeline.collector.otlpHttp, 'metrics', request)).toBe(200)

    const [count] = await eventually(
      () => ask(pipeline.prometheus.url, 'count(last_over_time(wide_total[1h]))'),
      (found) => found[0]?.value?.[1] === '12000',
    )
    expect(count?.value?.[1]).toBe('12000')
    const own = await (await fetch(`${pipeline.prometheus.url}/metrics`)).text()
    expect(own).toMatch(/^prometheus_http_requests_total\{.*otlp\/v1\/metrics"\} 2$/mu)
  })
})

describe('the memory limiter', () => {
  it('refuses with 503, which programs try again, and counts what it refused', async () => {
    await using pipeline = await start({
      collectorEnv: { COLLECTOR_MEMORY_MIB: '2', COLLECTOR_MEMORY_SPIKE_MIB: '1' },
    })
    const { collector } = pipeline

    const status = await eventually(
      () => post(collector.otlpHttp, 'metrics', point('shop', 1)),
      (seen) => seen !== 200,
    )

    expect(status).toBe(503)
    const refused = 'otelcol_receiver_refused_metric_points'
    expect(await exposed(collector.telemetry, refused)).toBeGreaterThan(0)
  })
})

describe('rotation', () => {
  it('leaves whole lines in files that a glob finds, none lost and none twice', async () => {
    await using pipeline = await start({ collectorEnv: { COLLECTOR_FILE_MIB: '1' } })
    const { collector } = pipeline
    const padding = Array.from({ length: 400 }, (_, index) => ({ name: `m${index}`, value: 1 }))

    for (let value = 1; value <= 60; value += 1) {
      const request = metricsRequest({ 'service.name': 'rotating', sequence: value }, padding)
      expect(await post(collector.otlpHttp, 'metrics', request)).toBe(200)
    }

    const folder = join(dir, 'collector')
    const files = readdirSync(folder).filter((name) => /^metrics.*\.jsonl$/u.test(name))
    const sequence = files
      .flatMap((name) => linesOf(join(folder, name)))
      .map((line) => Number(/"sequence","value":\{"intValue":"(\d+)"/u.exec(line)?.[1]))
    expect(files.length).toBeGreaterThan(2)
    expect(sequence.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
  })
})
