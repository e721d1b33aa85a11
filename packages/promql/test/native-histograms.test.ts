import { createEngine, type Engine, type LoadReport, type NativeHistogram } from '@plimsoll/promql'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { valueOf, valuesOf } from './answers.ts'
import {
  epochSeconds,
  exponentialHistogram,
  exponentialPoint,
  type ExponentialValues,
  gauge,
  line,
  numberPoint,
  type PointOptions,
} from './otlp.ts'
import { numberOf } from './promqltest/numbers.ts'

let engine: Engine

beforeAll(async () => {
  engine = await createEngine()
})

beforeEach(() => {
  engine.clear()
})

function loadPoint(values: ExponentialValues, options: PointOptions = { at: 0 }): LoadReport {
  return engine.load([line([exponentialHistogram('wait', [exponentialPoint(values, options)])])])
}

/** The one native histogram that a query gives. */
function histogramOf(query: string, seconds = 0): NativeHistogram | undefined {
  const answer = engine.instant(query, epochSeconds + seconds)
  if (answer.resultType !== 'vector') throw new Error(`${query} is a ${answer.resultType}`)
  return answer.result.flatMap((one) => ('histogram' in one ? [one.histogram[1]] : []))[0]
}

/** A bucket as numbers: which bounds it includes, lower and upper bound, count. */
type Bucket = readonly [includes: number, lower: number, upper: number, count: number]

/** Bounds are powers of irrational bases: their last digit is no matter of ours. */
function withoutNoise(value: number | string): string {
  return (typeof value === 'string' ? numberOf(value) : value).toPrecision(14)
}

describe('a point of an exponential histogram', () => {
  test('becomes a native histogram under the metric name alone', () => {
    const values: ExponentialValues = {
      scale: 0,
      zero: 1,
      positive: { offset: 0, counts: [2, 0, 3] },
      negative: { offset: 1, counts: [4] },
      sum: 7.5,
    }
    const metric = exponentialHistogram(
      'pool.wait',
      [exponentialPoint(values, { at: 0, start: -1, attributes: { host: 'a' } })],
      's',
    )

    const report = engine.load([
      line([metric], { 'service.name': 'shop', 'service.instance.id': 'i-1' }),
    ])

    expect(engine.instant('pool_wait_seconds', epochSeconds)).toEqual({
      resultType: 'vector',
      result: [
        {
          metric: {
            __name__: 'pool_wait_seconds',
            host: 'a',
            instance: 'i-1',
            job: 'shop',
            service_name: 'shop',
          },
          histogram: [
            epochSeconds,
            {
              count: '10',
              sum: '7.5',
              buckets: [
                [1, '-4', '-2', '4'],
                [3, '-1e-128', '1e-128', '1'],
                [0, '1', '2', '2'],
                [0, '4', '8', '3'],
              ],
            },
          ],
        },
      ],
      warnings: [],
      infos: [],
    })
    expect(report).toMatchObject({ points: 1, series: 1, samples: 1, problemCount: 0, leftOut: [] })
  })

  test.each<[string, ExponentialValues, readonly Bucket[]]>([
    ['no buckets', { scale: 0, count: 0 }, []],
    ['empty buckets only', { scale: 3, positive: { offset: 5, counts: [0, 0, 0] } }, []],
    [
      'a negative offset',
      { scale: 0, positive: { offset: -2, counts: [1, 2, 3] } },
      [
        [0, 2 ** -2, 2 ** -1, 1],
        [0, 2 ** -1, 1, 2],
        [0, 1, 2, 3],
      ],
    ],
    [
      'no offset',
      { scale: 1, positive: { counts: [1, 1] } },
      [
        [0, 1, 2 ** 0.5, 1],
        [0, 2 ** 0.5, 2, 1],
      ],
    ],
    [
      'a wide gap',
      { scale: -1, positive: { offset: -1, counts: [1, 0, 0, 0, 0, 0, 2] } },
      [
        [0, 2 ** -2, 1, 1],
        [0, 2 ** 10, 2 ** 12, 2],
      ],
    ],
    [
      'the coarsest scale',
      { scale: -4, positive: { offset: -1, counts: [1, 1] } },
      [
        [0, 2 ** -16, 1, 1],
        [0, 1, 2 ** 16, 1],
      ],
    ],
    [
      // Scale 9 has 512 buckets to a doubling, schema 8 half as many: 2i and 2i + 1 become i.
      'a finer scale than any native one',
      { scale: 9, positive: { offset: 255, counts: [1, 2, 4, 8] } },
      [
        [0, 2 ** (127 / 256), 2 ** (128 / 256), 1],
        [0, 2 ** (128 / 256), 2 ** (129 / 256), 6],
        [0, 2 ** (129 / 256), 2 ** (130 / 256), 8],
      ],
    ],
    [
      // An empty pair in front must not draw what follows it into its place.
      'a finer scale and empty buckets in front',
      { scale: 9, positive: { offset: 0, counts: [0, 0, 1, 1] } },
      [[0, 2 ** (1 / 256), 2 ** (2 / 256), 2]],
    ],
    [
      'a scale so fine that only below and above 1 are left',
      {
        scale: 2_000_000_000,
        positive: { offset: -1, counts: [3, 4] },
        negative: { offset: -2, counts: [1, 1] },
      },
      [
        [1, -1, -(2 ** (-1 / 256)), 2],
        [0, 2 ** (-1 / 256), 1, 3],
        [0, 1, 2 ** (1 / 256), 4],
      ],
    ],
    [
      'the smallest and the largest numbers, and infinity',
      {
        scale: -4,
        positive: { offset: -68, counts: [1, ...Array.from({ length: 130 }, () => 0), 2, 3] },
      },
      [
        [0, 0, 2 ** -1072, 1],
        [0, 2 ** 1008, Number.MAX_VALUE, 2],
        [0, Number.MAX_VALUE, Infinity, 3],
      ],
    ],
  ])('may have %s', (_, values, wanted) => {
    const report = loadPoint(values)

    expect(report.problems).toEqual([])
    const got = (histogramOf('wait')?.buckets ?? []).map((bucket) => bucket.map(withoutNoise))
    expect(got).toEqual(wanted.map((bucket) => bucket.map(withoutNoise)))
  })

  test('adds 0 to the sums where it tells none', () => {
    loadPoint({ scale: 0, positive: { counts: [1] } })

    expect(histogramOf('wait')).toMatchObject({ count: '1', sum: '0' })
  })

  test('may say what the receiver does not read', () => {
    const point = exponentialPoint({ scale: 0, positive: { counts: [1] } }, { at: 0 })
    const more = { min: 1, max: 2, zeroThreshold: 0.5, exemplars: [{ asDouble: 1 }] }

    const report = engine.load([line([exponentialHistogram('wait', [{ ...point, ...more }])])])

    expect(report.problemCount).toBe(0)
    expect(histogramOf('wait')).toEqual({ count: '1', sum: '0', buckets: [[0, '1', '2', '1']] })
  })

  test('may be of the Collector, with 64-bit numbers in quotes', () => {
    const point = exponentialPoint(
      { scale: 0, count: '9007199254740993', positive: { counts: ['9007199254740993'] } },
      { at: 0 },
    )

    expect(engine.load([line([exponentialHistogram('wait', [point])])]).problems).toEqual([])
    expect(valueOf(engine, 'histogram_count(sum(wait))', 0)).toBe('9007199254740992')
  })

  test('ends the series when it says that there is no value', () => {
    const gone = { ...exponentialPoint({ scale: 0, count: 0 }, { at: 10 }), flags: 1 }
    loadPoint({ scale: 0, positive: { counts: [1] } })
    engine.load([line([exponentialHistogram('wait', [gone])])])

    expect(valueOf(engine, 'count(wait)', 9)).toBe('1')
    expect(valuesOf(engine, 'count(wait)', 11)).toEqual({})
  })
})

describe('a point that cannot be', () => {
  const one: ExponentialValues = { scale: 0, sum: 1, positive: { counts: [1] } }
  const far = (offset: number): ExponentialValues => ({ ...one, positive: { offset, counts: [1] } })

  test.each<[string, ExponentialValues, string]>([
    ['unsupported-type', { ...one, scale: -5 }, 'scale -5 is coarser'],
    ['bucket-mismatch', { ...one, count: 2 }, 'add up to 1, count is 2'],
    ['bucket-mismatch', { ...one, count: 0 }, 'add up to 1, count is 0'],
    ['bucket-mismatch', { ...one, zero: 3, count: 1 }, 'add up to 4, count is 1'],
    ['bucket-mismatch', { ...one, sum: 'NaN', count: 0 }, 'add up to 1, count is 0'],
    [
      'bucket-mismatch',
      { ...one, count: '1', positive: { counts: ['18446744073709551615', 2] } },
      'more than 2^63',
    ],
    [
      'bucket-mismatch',
      { ...one, count: '9223372036854775808', positive: { counts: ['9223372036854775808'] } },
      'more than 2^63',
    ],
    ['bucket-mismatch', far(2_147_483_647), 'place 2147483647 of scale 0 lies beyond'],
    ['bucket-mismatch', far(-2_147_483_647), 'place -2147483647 of scale 0 lies beyond'],
    ['bucket-mismatch', far(1025), 'place 1025 of scale 0'],
    ['bucket-mismatch', far(-1076), 'place -1076 of scale 0'],
    ['malformed-metric', far(2_147_483_648), 'offset is "2147483648", not a 32-bit integer'],
    ['malformed-metric', { ...one, scale: 0.5 }, 'scale is "0.5", not a 32-bit integer'],
    ['malformed-metric', { ...one, count: 1, positive: { counts: [-1] } }, 'bucketCounts is "-1"'],
    ['malformed-metric', { ...one, count: '1e99' }, 'count is "1e99"'],
  ])('is told as %s and left out: %o', (kind, values, message) => {
    const report = loadPoint(values)

    expect(report.problems).toEqual([
      { file: 'otlp', line: 1, kind, message: expect.stringContaining(message) },
    ])
    expect(report).toMatchObject({ points: 0, samples: 0, leftOut: ['wait'] })
    expect(valuesOf(engine, '{__name__=~".+"}', 0)).toEqual({})
  })

  test('is no harm when it is empty and far away', () => {
    const report = loadPoint({
      scale: 0,
      sum: 1,
      positive: { counts: [1, ...Array.from({ length: 100_000 }, () => 0)] },
      negative: { offset: 2_147_483_647, counts: [0, 0] },
    })

    expect(report.problems).toEqual([])
    expect(histogramOf('wait')?.buckets).toEqual([[0, '1', '2', '1']])
  })

  test.each([
    ['null, which is how JSON.stringify writes it', null],
    ['NaN', 'NaN'],
  ])('is used, aloud, when only its sum is %s', (_, sum) => {
    const report = loadPoint({ scale: 0, sum, positive: { counts: [2] }, count: 3 })

    expect(report).toMatchObject({ points: 1, problemCount: 1, leftOut: [] })
    expect(report.problems[0]).toMatchObject({
      kind: 'malformed-metric',
      message: 'metric "wait": its sum is no number; count and buckets are used as they are',
    })
    expect(histogramOf('wait')).toMatchObject({ count: '3', sum: 'NaN' })
  })
})

describe('a series of native histograms', () => {
  const values = (count: number): ExponentialValues => ({
    scale: 0,
    sum: count,
    positive: { counts: [count] },
  })

  test('whose points give the time of export as their start begins 1 ms before its first', () => {
    const points = [1, 2].map((count) =>
      exponentialPoint(values(count * 5), { at: count * 10, start: 10 }),
    )

    const report = engine.load([line([exponentialHistogram('wait', points)])])

    expect(report.adjustedStarts).toBe(1)
    for (const way of ['', ' anchored']) {
      const query = `histogram_count(increase(wait[1h]${way}))`
      expect(Object.values(valuesOf(engine, query, 20))).toEqual(['10'])
    }
  })

  test('may come in several files and out of order', () => {
    const file = (at: number, count: number): LoadReport =>
      loadPoint(values(count), { at, start: -1 })
    file(20, 7)
    file(0, 2)
    const report = file(10, 5)

    expect(report.problemCount).toBe(0)
    expect(valueOf(engine, 'sum(resets(wait[1h]))', 20)).toBe('0')
    expect(valueOf(engine, 'sum(histogram_count(increase(wait[1h] anchored)))', 20)).toBe('7')
    // A fall that appears only with the third file.
    file(15, 1)
    expect(valueOf(engine, 'sum(resets(wait[1h]))', 20)).toBe('1')
  })

  test('keeps the later of two of one time, and says so when they differ', () => {
    loadPoint(values(2))
    const same = loadPoint(values(2))
    const other = loadPoint(values(3))

    expect(same.problems).toEqual([])
    expect(other.problems.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      `conflicting-sample: {__name__="wait"} has two values at ${epochSeconds}: a histogram of count 2 and sum 2, and then a histogram of count 3 and sum 3 from otlp line 1; the later stays`,
    ])
    expect(histogramOf('wait')?.count).toBe('3')
  })

  test('may take turns with numbers of the same name, aloud', () => {
    loadPoint(values(2))
    const report = engine.load([
      line([gauge('wait', [numberPoint(4, { at: 0 }), numberPoint(5, { at: 10 })])]),
    ])

    expect(report.problems.map(({ kind }) => kind)).toEqual([
      'metric-collision',
      'conflicting-sample',
    ])
    expect(valuesOf(engine, 'wait', 10)).toEqual({ '{__name__="wait"}': '5' })
  })

  test('is answered over time beside numbers of the same series', () => {
    loadPoint(values(2))
    engine.load([line([gauge('wait', [numberPoint(5, { at: 10 })])])])
    const shape = {
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'wait' },
          values: [[epochSeconds + 10, '5']],
          histograms: [[epochSeconds, { count: '2', sum: '2', buckets: [[0, '1', '2', '2']] }]],
        },
      ],
    }

    expect(engine.instant('wait[1m]', epochSeconds + 10)).toMatchObject(shape)
    expect(engine.range('wait', epochSeconds, epochSeconds + 10, 10)).toMatchObject(shape)
  })
})
