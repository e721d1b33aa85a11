import { seriesText } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { askNativeSum, type Buckets } from './ask-buckets.ts'
import { countUpTo, quantileOf, sumBuckets, type Quantile } from './histogram.ts'
import { nativeUpTo, quantileOfNative, readNative } from './native-histogram.ts'

/** What a histogram of either kind tells of its observations. */
export interface Observations {
  readonly kind: 'classic' | 'native'
  readonly count: number
  quantile(quantile: number): Quantile
  /** Observations of at most a bound; null where the buckets do not tell. */
  upTo(bound: number): number | null
}

type Found = Exclude<Buckets, { readonly error: string }>

/** Adds up what the instances observed, or says why that is nothing to tell a quantile from. */
export async function observationsOf(
  { classic, native }: Found,
  query: PreparedQuery,
  asker: Asker,
): Promise<Observations | { readonly fault: string }> {
  if (native.length === 0) return classicObservations({ classic, native }, asker)
  if (classic.length > 0)
    return {
      fault: `there are classic buckets (${seriesText(classic[0]?.metric ?? {})}) and native histograms (${seriesText(native[0]?.metric ?? {})}), which cannot be added up: choose one of them`,
    }
  const sum = native.length === 1 ? { classic, native } : await addedUp(native.length, query, asker)
  if ('error' in sum) return { fault: sum.error }
  const [only] = sum.native
  if (only === undefined) return { fault: 'the native histograms have no sum' }
  const ranges = readNative(only.histogram[1])
  if ('fault' in ranges) return ranges
  return {
    kind: 'native',
    count: ranges.count,
    quantile: (quantile) => quantileOfNative(ranges, quantile),
    upTo: (bound) => nativeUpTo(ranges, bound),
  }
}

async function addedUp(series: number, query: PreparedQuery, asker: Asker): Promise<Buckets> {
  if (query.parsed.bareSelector !== null) return askNativeSum(query, asker)
  return {
    error: `the query \`${query.query.role}\` gives ${series} native histograms, not one; put sum(…) around it`,
  }
}

function classicObservations(
  { classic }: Found,
  asker: Asker,
): Observations | { readonly fault: string } {
  const summed = sumBuckets(classic)
  if ('fault' in summed) return summed
  for (const warning of summed.warnings) asker.warn(warning)
  const { histogram } = summed
  return {
    kind: 'classic',
    count: histogram.count,
    quantile: (quantile) => quantileOf(histogram, quantile),
    upTo: (bound) => countUpTo(histogram, bound),
  }
}
