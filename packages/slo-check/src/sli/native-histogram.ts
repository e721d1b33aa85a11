import type { NativeBucket, NativeHistogram } from '@plimsoll/promql'
import { rankOf, type Quantile } from './histogram.ts'
import type { Interval } from './interval.ts'

/** A bucket of a native histogram; bounds may be infinite. */
interface Range {
  readonly low: number
  readonly lowOpen: boolean
  readonly high: number
  readonly highOpen: boolean
  readonly count: number
}

/** A native histogram: the buckets that hold something, rising. */
export interface NativeRanges {
  readonly ranges: readonly Range[]
  /** All observations, those among them that are no number and so in no bucket. */
  readonly count: number
}

/** Reads an answer of the HTTP API, or says what is wrong with it. */
export function readNative(histogram: NativeHistogram): NativeRanges | { readonly fault: string } {
  const count = numberOf(histogram.count)
  const ranges = (histogram.buckets ?? []).map(rangeOf)
  const faulty = [count, ...ranges.map((range) => range.count)].find(
    (number) => !Number.isFinite(number) || number < 0,
  )
  if (faulty !== undefined) return { fault: `the native histogram counts ${faulty} observations` }
  return { ranges, count }
}

/**
 * The quantile of a native histogram that holds something: the bucket of the observation number ⌈q·n⌉.
 *
 * Its value is interpolated as Prometheus's `histogram_quantile` does: on a logarithmic scale, and evenly in the bucket
 * around zero, which begins or ends at zero where all other observations are on one side of it. Where q·n is whole,
 * `histogram_quantile` takes the observation after it if q is 0.5 or more.
 */
export function quantileOfNative({ ranges, count }: NativeRanges, quantile: number): Quantile {
  const rank = rankOf(quantile, count)
  let before = 0
  for (const range of ranges) {
    if (before + range.count >= rank) {
      const share = (rank - before) / range.count
      return { value: interpolated(aroundZero(range, ranges), share), interval: intervalOf(range) }
    }
    before += range.count
  }
  // What is no number stands in no bucket: nobody knows where it belongs.
  return { value: null, interval: { low: null, lowOpen: false, high: null } }
}

/** Observations of at most `bound`; null where a bucket holds some on both sides of it. */
export function nativeUpTo({ ranges, count }: NativeRanges, bound: number): number | null {
  const held = ranges.reduce((sum, range) => sum + range.count, 0)
  const isSplit = ranges.some(
    ({ low, lowOpen, high }) => high > bound && (low < bound || (low === bound && !lowOpen)),
  )
  if (isSplit || held < count) return null
  return ranges.filter(({ high }) => high <= bound).reduce((sum, range) => sum + range.count, 0)
}

function rangeOf([includes, lower, upper, count]: NativeBucket): Range {
  return {
    low: numberOf(lower),
    lowOpen: includes === 0 || includes === 2,
    high: numberOf(upper),
    highOpen: includes === 1 || includes === 2,
    count: numberOf(count),
  }
}

function intervalOf({ low, lowOpen, high, highOpen }: Range): Interval {
  return {
    low: Number.isFinite(low) ? low : null,
    lowOpen,
    high: Number.isFinite(high) ? high : null,
    ...(highOpen ? { highOpen } : {}),
  }
}

function aroundZero(range: Range, ranges: readonly Range[]): Range {
  if (range.low >= 0 || range.high <= 0) return range
  const hasPositive = ranges.some(({ low }) => low >= range.high)
  const hasNegative = ranges.some(({ high }) => high <= range.low)
  if (hasPositive && !hasNegative) return { ...range, low: 0 }
  return hasNegative && !hasPositive ? { ...range, high: 0 } : range
}

/** Null where an end of the bucket is not known. */
function interpolated({ low, high }: Range, share: number): number | null {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null
  if (low <= 0 && high >= 0) return low + (high - low) * share
  const size = (value: number): number => Math.log2(Math.abs(value))
  if (low > 0) return 2 ** (size(low) + (size(high) - size(low)) * share)
  return -(2 ** (size(high) + (size(low) - size(high)) * (1 - share)))
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}
