import type { FloatSample } from '@plimsoll/promql'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Interval } from '../../src/sli/interval.ts'
import { countUpTo, quantileOf, sumBuckets, type Histogram } from '../../src/sli/histogram.ts'

function holds({ low, lowOpen, high }: Interval, value: number): boolean {
  const above = low === null || value > low || (!lowOpen && value === low)
  return above && (high === null || value <= high)
}

type Buckets = Readonly<Record<string, number>>

function samples(buckets: Buckets, labels: Record<string, string> = {}): FloatSample[] {
  return Object.entries(buckets).map(([le, count]) => ({
    metric: { ...labels, le },
    value: [0, String(count)],
  }))
}

function histogramOf(given: readonly FloatSample[]): Histogram {
  const summed = sumBuckets(given)
  if ('fault' in summed) throw new Error(summed.fault)
  return summed.histogram
}

describe('sumBuckets', () => {
  test('adds instances up, bounds rising', () => {
    const given = [
      ...samples({ '+Inf': 4, '10': 3, '2': 1 }, { instance: 'a' }),
      ...samples({ '2': 5, '10': 5, '+Inf': 6 }, { instance: 'b' }),
    ]

    expect(sumBuckets(given)).toEqual({
      histogram: {
        buckets: [
          { bound: 2, count: 6 },
          { bound: 10, count: 8 },
          { bound: Number.POSITIVE_INFINITY, count: 10 },
        ],
        count: 10,
      },
      warnings: [],
    })
  })

  test('compares bounds as numbers and tells a mixture of spellings', () => {
    const given = [
      ...samples({ '1': 30, '+Inf': 40 }, { instance: 'pushed' }),
      ...samples({ '1.0': 30, '+Inf': 40 }, { instance: 'scraped' }),
    ]

    const summed = sumBuckets(given)

    expect(summed).toMatchObject({
      histogram: { buckets: [{ bound: 1, count: 60 }, { count: 80 }] },
    })
    expect(summed).toMatchObject({
      warnings: [
        'the label `le` is spelled in two ways (such as 1 and 1.0); it was compared as a number',
      ],
    })
  })

  test('takes two spellings of one bucket for one where they agree, and refuses them where they do not', () => {
    expect(histogramOf(samples({ '1': 3, '1.0': 3, '+Inf': 4 })).buckets).toHaveLength(2)
    expect(sumBuckets(samples({ '1': 3, '1.0': 2, '+Inf': 4 }))).toEqual({
      fault: 'the bucket le=1 of {} is written in two ways (1, 1.0) that hold 3 and 2 observations',
    })
  })

  test('keeps only the bounds that all instances have', () => {
    const given = [
      ...samples({ '1': 1, '3': 2, '+Inf': 3 }, { instance: 'a' }),
      ...samples({ '1': 1, '+Inf': 1 }, { instance: 'b' }),
    ]

    const summed = sumBuckets(given)

    expect(summed).toMatchObject({ histogram: { buckets: [{ bound: 1, count: 2 }, { count: 4 }] } })
    expect(summed).toMatchObject({
      warnings: [
        'the histograms have different bounds; only those that all of them have are used: 1',
      ],
    })
  })

  test.each<[string, FloatSample[], string]>([
    [
      'a series without le',
      [{ metric: { job: 'x' }, value: [0, '1'] }],
      'the series {job="x"} is no bucket: it has no label `le` with a number',
    ],
    [
      'an le that is no number',
      samples({ one: 1 }),
      'the series {le="one"} is no bucket: it has no label `le` with a number',
    ],
    [
      'no last bucket',
      samples({ '1': 1 }, { job: 'x' }),
      'the histogram {job="x"} lacks its bucket le="+Inf"; leave `le` out of the selector',
    ],
    [
      'falling counts',
      samples({ '1': 5, '2': 4, '+Inf': 6 }),
      'the buckets are not cumulative: fewer observations up to 2 than below',
    ],
    [
      'NaN',
      [{ metric: { le: '1' }, value: [0, 'NaN'] }],
      'the bucket {le="1"} holds NaN observations',
    ],
  ])('refuses %s', (_what, given, fault) => {
    expect(sumBuckets(given)).toEqual({ fault })
  })
})

describe('quantileOf', () => {
  test('has no upper end in the last bucket, where histogram_quantile answers with the highest bound', () => {
    const histogram = histogramOf(samples({ '0.5': 60, '1': 75, '+Inf': 100 }))

    expect(quantileOf(histogram, 0.9)).toEqual({
      value: null,
      interval: { low: 1, lowOpen: true, high: null },
    })
  })

  test('does not step over a bound by the last bit of a product', () => {
    const histogram = histogramOf(samples({ '1': 7, '2': 100, '+Inf': 100 }))

    expect(0.07 * 100).toBeGreaterThan(7)
    expect(quantileOf(histogram, 0.07).interval.high).toBe(1)
  })

  test('skips empty buckets, and begins at 0', () => {
    const histogram = histogramOf(samples({ '1': 0, '2': 4, '+Inf': 4 }))

    expect(quantileOf(histogram, 0.5)).toEqual({
      value: 1.5,
      interval: { low: 1, lowOpen: true, high: 2 },
    })
    expect(quantileOf(histogramOf(samples({ '0': 4, '+Inf': 4 })), 0.5)).toEqual({
      value: 0,
      interval: { low: 0, lowOpen: false, high: 0 },
    })
    expect(quantileOf(histogramOf(samples({ '-1': 4, '+Inf': 4 })), 0.5).interval.low).toBeNull()
  })

  test('gives an interval that holds the true quantile of any observations', () => {
    const observation = fc.double({ min: 0, max: 40, noNaN: true })
    const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        fc.array(observation, { minLength: 1, maxLength: 200 }),
        bounds,
        fc.integer({ min: 1, max: 99 }),
        (values, raw, percent) => {
          const rising = raw.toSorted((a, b) => a - b)
          const counts = rising.map((bound) => [
            String(bound),
            values.filter((value) => value <= bound).length,
          ])
          const histogram = histogramOf(
            samples({ ...Object.fromEntries(counts), '+Inf': values.length }),
          )

          const { value, interval } = quantileOf(histogram, percent / 100)

          // Whole numbers: no rounding in the truth.
          const rank = Math.ceil((percent * values.length) / 100)
          const truth = values.toSorted((a, b) => a - b)[rank - 1]!
          expect({ truth, interval }).toSatisfy(() => holds(interval, truth))
          expect({ value, interval }).toSatisfy(
            () => (value === null) === (interval.high === null) && holds(interval, value ?? truth),
          )
        },
      ),
      { numRuns: 1000 },
    )
  })
})

test('countUpTo knows only bounds', () => {
  const histogram = histogramOf(samples({ '1': 3, '2.50': 5, '+Inf': 6 }))

  expect([countUpTo(histogram, 2.5), countUpTo(histogram, 2)]).toEqual([5, null])
})
