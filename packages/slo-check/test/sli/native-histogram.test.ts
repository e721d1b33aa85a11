import type { NativeBucket, NativeHistogram } from '@plimsoll/promql'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intervalText } from '../../src/sli/interval-text.ts'
import { compare, type Interval } from '../../src/sli/interval.ts'
import {
  nativeUpTo,
  quantileOfNative,
  readNative,
  type NativeRanges,
} from '../../src/sli/native-histogram.ts'

function native(buckets: readonly NativeBucket[], count?: number): NativeHistogram {
  const held = buckets.reduce((sum, bucket) => sum + Number(bucket[3]), 0)
  return { count: String(count ?? held), sum: '0', buckets }
}

function rangesOf(histogram: NativeHistogram): NativeRanges {
  const ranges = readNative(histogram)
  if ('fault' in ranges) throw new Error(ranges.fault)
  return ranges
}

// As Prometheus answers for 1 in (-4, -2), 2 around zero, 4 in (1, 2], 3 in (4, 8].
const MIXED = rangesOf(
  native([
    [1, '-4', '-2', '1'],
    [3, '-0.001', '0.001', '2'],
    [0, '1', '2', '4'],
    [0, '4', '8', '3'],
  ]),
)

describe('the quantile of a native histogram', () => {
  test('lies in the bucket of its rank, whose bounds are open or closed as the server says', () => {
    expect(quantileOfNative(MIXED, 0.1).interval).toEqual({
      low: -4,
      lowOpen: false,
      high: -2,
      highOpen: true,
    })
    expect(quantileOfNative(MIXED, 0.3).interval).toEqual({
      low: -0.001,
      lowOpen: false,
      high: 0.001,
    })
    expect(quantileOfNative(MIXED, 0.7).interval).toEqual({ low: 1, lowOpen: true, high: 2 })
    expect(quantileOfNative(MIXED, 0.71).interval).toEqual({ low: 4, lowOpen: true, high: 8 })
  })

  test('is interpolated on a logarithmic scale, from the lower end of a negative bucket to its upper', () => {
    expect(quantileOfNative(MIXED, 0.5).value).toBeCloseTo(2 ** 0.5, 12)
    expect(quantileOfNative(MIXED, 1).value).toBeCloseTo(8, 12)
    expect(quantileOfNative(MIXED, 0.05).value).toBeCloseTo(-(2 ** 1.5), 12)
  })

  test('is interpolated evenly around zero, from zero on where nothing is below', () => {
    const positive = rangesOf(
      native([
        [3, '-0.001', '0.001', '2'],
        [0, '1', '2', '2'],
      ]),
    )
    const negative = rangesOf(
      native([
        [1, '-2', '-1', '2'],
        [3, '-0.001', '0.001', '2'],
      ]),
    )

    expect(quantileOfNative(MIXED, 0.2).value).toBe(0)
    expect(quantileOfNative(positive, 0.25).value).toBe(0.0005)
    expect(quantileOfNative(negative, 0.75).value).toBe(-0.0005)
    expect(quantileOfNative(rangesOf(native([[3, '-1', '1', '4']])), 0.5).value).toBe(0)
  })

  test('has no value where an end of the bucket is infinite, or where what it counts is no number', () => {
    const above = rangesOf(native([[0, '1e+300', '+Inf', '2']]))
    const below = rangesOf(native([[0, '-Inf', '3', '2']]))
    const nothingKnown = rangesOf(native([[0, '1', '2', '4']], 10))

    expect(quantileOfNative(above, 0.5)).toEqual({
      value: null,
      interval: { low: 1e300, lowOpen: true, high: null },
    })
    expect(quantileOfNative(below, 0.5)).toEqual({
      value: null,
      interval: { low: null, lowOpen: true, high: 3 },
    })
    expect(quantileOfNative(nothingKnown, 0.9)).toEqual({
      value: null,
      interval: { low: null, lowOpen: false, high: null },
    })
  })

  test('is decided at an open upper bound, which nothing in the bucket reaches', () => {
    const { interval } = quantileOfNative(MIXED, 0.1)

    expect(compare(interval, 'lt', -2)).toBe('kept')
    expect(compare(interval, 'gte', -2)).toBe('broken')
    expect(compare(interval, 'lte', -2)).toBe('kept')
    expect(intervalText(interval, 's')).toBe('[-4, -2) s')
  })
})

describe('the observations up to a limit', () => {
  test('are known at every bound, and between buckets', () => {
    expect(
      [-5, -4.5, -2, -1, 0.001, 0.5, 1, 2, 3, 4, 8, 9].map((at) => nativeUpTo(MIXED, at)),
    ).toEqual([0, 0, 1, 1, 3, 3, 3, 7, 7, 7, 10, 10])
  })

  test('are not known inside a bucket, nor at a lower bound that belongs to it', () => {
    expect([-4, -3, -0.001, 0, 1.5, 7.999].map((at) => nativeUpTo(MIXED, at))).toEqual(
      Array.from({ length: 6 }, () => null),
    )
  })

  test('are not known where some are no number', () => {
    expect(nativeUpTo(rangesOf(native([[0, '1', '2', '4']], 5)), 2)).toBeNull()
  })
})

test('an answer that counts nonsense is refused', () => {
  expect(readNative(native([[0, '1', '2', '-3']]))).toEqual({
    fault: 'the native histogram counts -3 observations',
  })
  expect(readNative({ count: 'NaN', sum: 'NaN' })).toEqual({
    fault: 'the native histogram counts NaN observations',
  })
})

/** Buckets of a scale, from the observations themselves. */
function histogramOf(values: readonly number[], scale: number): NativeHistogram {
  const counts = new Map<number, number>()
  for (const value of values) {
    const index = Math.ceil(Math.log2(value) * 2 ** scale)
    counts.set(index, (counts.get(index) ?? 0) + 1)
  }
  const bound = (index: number): string => String(2 ** (index / 2 ** scale))
  return native(
    [...counts]
      .toSorted(([a], [b]) => a - b)
      .map(([index, count]) => [0, bound(index - 1), bound(index), String(count)]),
  )
}

test('the true quantile is in the interval, and the value is off by no more than a bucket', () => {
  const observations = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1 })
  const scales = fc.integer({ min: -2, max: 8 })

  fc.assert(
    fc.property(
      observations,
      scales,
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (values, scale, q) => {
        const { value, interval } = quantileOfNative(rangesOf(histogramOf(values, scale)), q)
        const sorted = values.toSorted((a, b) => a - b)
        const truth = sorted[Math.max(Math.ceil(q * values.length - 1e-9), 1) - 1] ?? Number.NaN

        const width = 2 ** (1 / 2 ** scale) * (1 + 1e-9)
        expect(holds(interval, truth)).toBe(true)
        expect(Math.max((value ?? 0) / truth, truth / (value ?? 0))).toBeLessThanOrEqual(width)
      },
    ),
  )
})

/** Bounds are irrational: the logarithm that sorts a value into its bucket may differ in its last bit. */
function holds({ low, high }: Interval, value: number): boolean {
  const slack = 1 + 1e-12
  return low !== null && high !== null && low <= value * slack && value <= high * slack
}
