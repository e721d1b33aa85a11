import type { FloatSample } from '@plimsoll/promql'
import { numberOf, seriesText } from '../count/numbers.ts'
import type { Interval } from './interval.ts'

/** How many observations are at most `bound`. */
interface Bucket {
  /** Upper bound, +Infinity for the last. */
  readonly bound: number
  readonly count: number
}

/** A classic histogram: bounds rising, counts cumulative, the last bound +Infinity. */
export interface Histogram {
  readonly buckets: readonly Bucket[]
  readonly count: number
}

/** What bucket series add up to, or why they are no histogram. */
export type Summed =
  | { readonly histogram: Histogram; readonly warnings: readonly string[] }
  | { readonly fault: string }

/** One instrument of one instance. */
type Part = Map<number, { count: number; spellings: string[] }>

const BUCKET_LABEL = 'le'

/**
 * Adds bucket series up. `le` is compared as a number: one source writes `1`, another `1.0`. Where parts have different
 * bounds only those that all have are kept, because a sum over the others would not be cumulative.
 */
export function sumBuckets(samples: readonly FloatSample[]): Summed {
  const parts = new Map<string, Part>()
  const warnings: string[] = []
  for (const sample of samples) {
    const { [BUCKET_LABEL]: spelling, ...others } = sample.metric
    const bound = spelling === undefined ? Number.NaN : boundOf(spelling)
    if (spelling === undefined || Number.isNaN(bound))
      return {
        fault: `the series ${seriesText(sample.metric)} is no bucket: it has no label \`le\` with a number`,
      }
    const count = numberOf(sample.value)
    if (!Number.isFinite(count) || count < 0)
      return {
        fault: `the bucket ${seriesText(sample.metric)} holds ${sample.value[1]} observations`,
      }
    const key = seriesText(others)
    const part: Part = parts.get(key) ?? new Map()
    parts.set(key, part)
    const seen = part.get(bound)
    if (seen === undefined) part.set(bound, { count, spellings: [spelling] })
    else if (seen.count === count) seen.spellings.push(spelling)
    else
      return {
        fault: `the bucket le=${bound} of ${key} is written in two ways (${[...seen.spellings, spelling].join(', ')}) that hold ${seen.count} and ${count} observations`,
      }
  }
  return merge([...parts.entries()], warnings)
}

function merge(parts: readonly [string, Part][], warnings: string[]): Summed {
  for (const [key, part] of parts) {
    if (!part.has(Number.POSITIVE_INFINITY))
      return {
        fault: `the histogram ${key} lacks its bucket le="+Inf"; leave \`le\` out of the selector`,
      }
  }
  const [first, ...rest] = parts
  const all = new Set(parts.flatMap(([, part]) => [...part.keys()]))
  const shared = [...(first?.[1].keys() ?? [])]
    .filter((bound) => rest.every(([, part]) => part.has(bound)))
    .sort((a, b) => a - b)
  if (shared.length < all.size) {
    const kept = shared.filter(Number.isFinite)
    warnings.push(
      `the histograms have different bounds; only those that all of them have are used: ${kept.join(', ') || 'none'}`,
    )
  }
  if (mixedSpelling(parts))
    warnings.push(
      'the label `le` is spelled in two ways (such as 1 and 1.0); it was compared as a number',
    )
  const buckets = shared.map((bound) => ({
    bound,
    count: parts.reduce((sum, [, part]) => sum + (part.get(bound)?.count ?? 0), 0),
  }))
  const falling = buckets.find((bucket, index) => bucket.count < (buckets[index - 1]?.count ?? 0))
  if (falling !== undefined)
    return {
      fault: `the buckets are not cumulative: fewer observations up to ${falling.bound} than below`,
    }
  return { histogram: { buckets, count: buckets.at(-1)?.count ?? 0 }, warnings }
}

/** A number is spelled `1` over OTLP and `1.0` where it was scraped. */
function mixedSpelling(parts: readonly [string, Part][]): boolean {
  const spellings = new Map<number, Set<string>>()
  for (const [, part] of parts) {
    for (const [bound, bucket] of part) {
      const known = spellings.get(bound) ?? new Set()
      for (const spelling of bucket.spellings) known.add(spelling)
      spellings.set(bound, known)
    }
  }
  return [...spellings.values()].some(({ size }) => size > 1)
}

function boundOf(spelling: string): number {
  if (/^\+?Inf$/u.test(spelling)) return Number.POSITIVE_INFINITY
  return spelling.trim() === '' ? Number.NaN : Number(spelling)
}

/** A quantile as far as buckets tell. */
export interface Quantile {
  /** Interpolated as `histogram_quantile` does; null in the last bucket, of which no end is known. */
  readonly value: number | null
  readonly interval: Interval
}

/**
 * The quantile of a histogram that holds something: the bucket of the observation number ⌈q·n⌉.
 *
 * `histogram_quantile` answers with the highest finite bound when that observation is above it, and passes objectives
 * that the data do not support; here the interval then has no upper end.
 */
export function quantileOf(histogram: Histogram, quantile: number): Quantile {
  const rank = rankOf(quantile, histogram.count)
  const index = histogram.buckets.findIndex(({ count }) => count > 0 && count >= rank)
  const bucket = histogram.buckets[index] ?? { bound: Number.POSITIVE_INFINITY, count: 0 }
  const before = histogram.buckets[index - 1]
  const low = before?.bound ?? (bucket.bound >= 0 ? 0 : null)
  const lowOpen = before !== undefined
  if (!Number.isFinite(bucket.bound)) return { value: null, interval: { low, lowOpen, high: null } }
  const interval = { low, lowOpen, high: bucket.bound }
  if (low === null) return { value: bucket.bound, interval }
  const inside = bucket.count - (before?.count ?? 0)
  const share = (rank - (before?.count ?? 0)) / inside
  return { value: low + (bucket.bound - low) * share, interval }
}

/** q·n, without the last bit of a product that should be whole: 0.07 × 100 is 7.000000000000001. */
export function rankOf(quantile: number, count: number): number {
  const rank = quantile * count
  const whole = Math.round(rank)
  return Math.abs(rank - whole) <= 1e-9 * Math.max(1, whole) ? whole : rank
}

/** Observations of at most `bound`, where that is a bound of the histogram. */
export function countUpTo(histogram: Histogram, bound: number): number | null {
  return histogram.buckets.find((bucket) => bucket.bound === bound)?.count ?? null
}
