import type { FloatSample, HistogramSample, InstantResult, Selector } from '@plimsoll/promql'
import { samplesOf } from '../count/numbers.ts'
import { wholeCounts } from '../count/whole-counts.ts'
import { doubtCounts } from '../doubt/counts.ts'
import { doubtEndedSeries } from '../doubt/ended-series.ts'
import { doubtAnchored } from '../doubt/lost-beginnings.ts'
import { doubtMixedBounds } from '../doubt/mixed-bounds.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { baseName } from '../units.ts'

/** What a percentile's query gives: buckets of classic histograms, native histograms, or why it gives neither. */
export type Buckets =
  | { readonly classic: readonly FloatSample[]; readonly native: readonly HistogramSample[] }
  | { readonly error: string }

const BUCKET_LABEL = 'le'
const BUCKET_SUFFIX = '_bucket'

/**
 * Asks for the buckets of every instance. What is written as `x_bucket` reads the native histograms `x` too: whether a
 * program writes the one or the other is a matter of its configuration, not of the promise.
 */
export async function askBuckets(query: PreparedQuery, asker: Asker): Promise<Buckets> {
  const { parsed, text, query: written } = query
  const selector = parsed.bareSelector
  if (selector === null) {
    await doubtEndedSeries(query, asker)
    await doubtAnchored(query, asker)
    return bucketsOf(
      await asker.ask({ written, sent: text, reading: 'buckets, as the query gives them' }),
    )
  }
  const { expression } = wholeCounts(query, selector, asker.source)
  const twin = nativeTwin(query, selector, asker)
  const sent = [`sum by (job, instance, le) (${expression})`]
  if (twin !== null)
    sent.push(`sum by (job, instance) (${wholeCounts(...twin, asker.source).expression})`)
  const buckets = bucketsOf(
    await asker.ask({
      written,
      sent: sent.join(' or '),
      reading: 'cumulative buckets, or native histograms, summed over instances: exact',
    }),
  )
  if ('error' in buckets) return buckets
  await doubtCounts(query, selector, asker)
  if (buckets.native.length > 0 && twin !== null) await doubtCounts(...twin, asker)
  if (buckets.classic.length > 0) await doubtMixedBounds(query, expression, asker)
  return buckets
}

/** Asks Prometheus to add native histograms up: it knows how to bring their resolutions together. */
export async function askNativeSum(query: PreparedQuery, asker: Asker): Promise<Buckets> {
  const selector = query.parsed.bareSelector
  if (selector === null) return { error: 'an expression gives its sum itself' }
  const [of, its] = nativeTwin(query, selector, asker) ?? [query, selector]
  return bucketsOf(
    await asker.ask({
      written: query.query,
      sent: `sum(${wholeCounts(of, its, asker.source).expression})`,
      reading: 'the native histograms of all instances as one: exact',
    }),
  )
}

/** The selector of the native histogram whose classic buckets a selector of `x_bucket` chooses. */
function nativeTwin(
  query: PreparedQuery,
  { metric, matchers, start }: Selector,
  { source }: Asker,
): readonly [PreparedQuery, Selector] | null {
  const isOfBuckets =
    metric?.endsWith(BUCKET_SUFFIX) === true && query.text.startsWith(metric, start)
  if (!isOfBuckets || matchers.some(({ name }) => name === BUCKET_LABEL)) return null
  const text = `${query.text.slice(0, start)}${baseName(metric)}${query.text.slice(start + metric.length)}`
  const parsed = source.parse(text)
  return parsed.bareSelector === null ? null : [{ ...query, text, parsed }, parsed.bareSelector]
}

function bucketsOf(answer: InstantResult | { readonly error: string }): Buckets {
  if ('error' in answer) return { error: answer.error }
  const native =
    answer.resultType === 'vector'
      ? answer.result.filter((sample): sample is HistogramSample => 'histogram' in sample)
      : []
  return { classic: samplesOf(answer), native }
}
