import { randomUUID } from 'node:crypto'
import { createEngine, type InstantResult } from '@plimsoll/promql'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { askPrometheus } from './fixtures/ask-prometheus.ts'
import { testPipeline } from './fixtures/test-pipeline.ts'
import { seedOf } from './fixtures/seed.ts'
import { stringAttribute } from './otlp/any-value.ts'
import { contentOf, differencesOf, sampleCount, withZeroSamples } from './otlp/content.ts'
import { DIFFERENCES } from './otlp/differences.ts'
import { layOut, lineOf } from './otlp/layout.ts'
import { streamArbitrary } from './otlp/stream.ts'

const pipeline = testPipeline()

const STREAMS = 900
const REQUESTS = 120

describe("what Prometheus's OTLP receiver makes of OTLP", () => {
  test('is what the embedded loader makes of it: every series, name, label and sample', async () => {
    const seed = seedOf('LOADER_SEED')
    const mark = stringAttribute('parity.batch', `batch-${seed}`)
    const place = fc.record({ first: fc.nat({ max: REQUESTS - 1 }), stride: fc.nat({ max: 3 }) })
    const many = { minLength: STREAMS, maxLength: STREAMS, size: 'max' } as const
    const [plan] = fc.sample(
      fc.tuple(fc.array(streamArbitrary(mark), many), fc.array(place, many)),
      { seed, numRuns: 1 },
    )
    if (plan === undefined) throw new Error('nothing was generated')
    const now = Date.now()
    const requests = layOut(...plan, { base: now - 600_000, requests: REQUESTS })
    const lines = requests.map(lineOf)

    for (const line of lines) await post(line)
    const query = '{__name__=~".+",parity_batch!=""}[30m]'
    const server = contentOf(await askPrometheus(pipeline.prometheus.url, query, now / 1_000))
    using engine = await createEngine()
    const report = engine.load(lines)
    const embedded = contentOf(engine.instant('{__name__=~".+"}[30m]', now / 1_000))

    const expected = withZeroSamples(embedded, requests)
    const zeros = sampleCount(expected) - sampleCount(embedded)
    console.log(
      `loader parity, seed ${seed}: ${embedded.size} series, ${sampleCount(embedded)} samples, ${zeros} zero samples; ${report.problemCount} problems told`,
    )
    expect(embedded.size).toBeGreaterThan(2_000)
    expect(differencesOf(expected, server)).toEqual([])
  })
})

describe('what the receiver and the loader treat differently:', () => {
  test.each(DIFFERENCES)('$what: Prometheus $server', async ({ metric, server, told }) => {
    const id = randomUUID()
    const now = Date.now()
    const line = besideAGoodOne(metric(now), id, now)

    const response = await send(line)
    const query = `last_over_time(good{id="${id}"}[1m])`
    const onServer = await askPrometheus(pipeline.prometheus.url, query, now / 1_000)
    using engine = await createEngine()
    const { problems } = engine.load(line)

    expect(response.ok).toBe(server === 'takes')
    expect(onServer.result).toHaveLength(server === 'takes' ? 1 : 0)
    expect(problems.map(({ kind }) => kind)).toEqual(told === null ? [] : [told])
    expect(engine.instant(query, now / 1_000).result).toHaveLength(1)
  })

  test('an exponential histogram of a scale above 8: Prometheus before 3.16 puts observations one bucket too low', async () => {
    const now = Date.now()
    const line = fineHistogram('fine.median', now, [0, 4_096, 8_192])

    await post(line)
    const query = 'histogram_quantile(0.5, last_over_time(fine_median[1m]))'
    const server = await askPrometheus(pipeline.prometheus.url, query, now / 1_000)
    using engine = await createEngine()
    engine.load(line)

    const [low, high] = [numberOf(server), numberOf(engine.instant(query, now / 1_000))]
    const bucket = 2 ** (2 ** -8)
    expect(high).toBeGreaterThan(2)
    expect(high).toBeLessThanOrEqual(2 * bucket)
    expect(low).toBeLessThan(2)
    expect(high / low).toBeCloseTo(bucket, 9)
  })

  test('and so it takes the next of them for one that began again', async () => {
    const now = Date.now()
    const start = now - 10_000
    const lines = [
      fineHistogram('fine.growing', now - 5_000, [0, 4_096], start),
      fineHistogram('fine.growing', now, [0, 4_096, 8_192], start),
    ]

    for (const line of lines) await post(line)
    const query = 'histogram_count(increase(fine_growing[1m] anchored))'
    const server = await askPrometheus(pipeline.prometheus.url, query, now / 1_000)
    using engine = await createEngine()
    engine.load(lines)

    expect(numberOf(engine.instant(query, now / 1_000))).toBe(3)
    expect(numberOf(server)).toBe(2 + 3)
  })
})

/** A metric in one request with one that is in order. */
function besideAGoodOne(metric: object, id: string, now: number): string {
  const attributes = [stringAttribute('id', id)]
  const dataPoints = [{ attributes, timeUnixNano: `${now}000000`, asInt: 1 }]
  return JSON.stringify(resourceOf([metric, { name: 'good', gauge: { dataPoints } }]))
}

/** One observation in each of these places of scale 12, of which sixteen make one of scale 8: 0 is just above 1, 4,096 just above 2. */
function fineHistogram(
  name: string,
  at: number,
  places: readonly number[],
  start = at - 1_000,
): string {
  const bucketCounts = Array.from({ length: Math.max(...places) + 1 }, (_, place) =>
    places.includes(place) ? 1 : 0,
  )
  const point = {
    startTimeUnixNano: `${start}000000`,
    timeUnixNano: `${at}000000`,
    count: places.length,
    sum: 7,
    scale: 12,
    positive: { offset: 0, bucketCounts },
  }
  const exponentialHistogram = { aggregationTemporality: 2, dataPoints: [point] }
  return JSON.stringify(resourceOf([{ name, exponentialHistogram }]))
}

const resourceOf = (metrics: readonly object[]): object => ({
  resourceMetrics: [{ scopeMetrics: [{ metrics }] }],
})

function numberOf(answer: InstantResult): number {
  const [sample] = answer.resultType === 'vector' ? answer.result : []
  if (sample === undefined || !('value' in sample)) throw new Error('the answer is no number')
  return Number(sample.value[1])
}

const send = (body: string): Promise<Response> =>
  fetch(`${pipeline.prometheus.url}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })

async function post(body: string): Promise<void> {
  const response = await send(body)
  if (!response.ok)
    throw new Error(`Prometheus refuses: ${response.status} ${await response.text()}\n${body}`)
}
