import type { Counting } from '../count/counted.ts'
import { lastValues } from '../count/last-values.ts'
import { missingMetric } from '../count/missing-metric.ts'
import { samplesOf } from '../count/numbers.ts'
import { doubtEndedSeries } from '../doubt/ended-series.ts'
import { doubtMixedBounds } from '../doubt/mixed-bounds.ts'
import { doubtRestarts } from '../doubt/restarts.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { metricsOf } from '../query/selector.ts'
import type { PercentileObjective } from '../spec/model.ts'
import { countUpTo, quantileOf, sumBuckets, type Histogram } from './histogram.ts'
import { intervalText } from './interval-text.ts'
import type { Measurement, NotMeasured } from './measurement.ts'
import { baseName, instrumentOf, unitOf } from '../units.ts'

/** A quantile of a classic histogram: the interval of the bucket that holds it, and an interpolated value. */
export async function measurePercentile(
  objective: PercentileObjective,
  query: PreparedQuery,
  asker: Asker,
): Promise<Measurement> {
  const { bareSelector } = query.parsed
  const counting: Counting = bareSelector === null ? 'raw' : 'last'
  const answer = await askBuckets(query, asker)
  const failed = (state: NotMeasured['state'], reason: string): NotMeasured => ({
    state,
    good: null,
    total: null,
    counting,
    reason,
  })
  if ('error' in answer) return failed('nonsense', `the query failed: ${answer.error}`)
  const samples = samplesOf(answer)
  if (samples.length === 0) return failed('no_data', await nothing(query, asker))
  const summed = sumBuckets(samples)
  if ('fault' in summed) return failed('nonsense', summed.fault)
  for (const warning of summed.warnings) asker.warn(warning)
  const { histogram } = summed
  if (histogram.count === 0)
    return { ...failed('no_data', 'the histogram holds no observation'), total: 0 }
  return measured(objective, histogram, { counting, metric: metricsOf(query.parsed)[0] ?? null })
}

async function askBuckets(query: PreparedQuery, asker: Asker): ReturnType<Asker['ask']> {
  const { parsed, text, query: written } = query
  const selector = parsed.bareSelector
  if (selector === null) {
    await doubtEndedSeries(query, asker)
    return asker.ask({
      written,
      sent: text,
      reading: 'cumulative buckets, as the query gives them',
    })
  }
  const buckets = lastValues(text, selector, asker.source)
  const answer = await asker.ask({
    written,
    sent: `sum by (job, instance, le) (${buckets})`,
    reading: 'cumulative buckets, summed over instances: exact',
  })
  await doubtRestarts(query, selector, asker)
  await doubtMixedBounds(query, buckets, asker)
  return answer
}

function measured(
  objective: PercentileObjective,
  histogram: Histogram,
  known: { readonly counting: Counting; readonly metric: string | null },
): Measurement {
  const { value, interval } = quantileOf(histogram, objective.quantile)
  const unit = objective.unit ?? (known.metric === null ? null : unitOf(known.metric))
  return {
    state: 'measured',
    value,
    interval,
    good: goodOf(objective, histogram),
    total: histogram.count,
    counting: known.counting,
    unit,
    detail: `p${percentText(objective.quantile)} of ${histogram.count} lies in ${intervalText(interval, unit)}`,
    advice:
      countUpTo(histogram, objective.limit) === null
        ? boundaryAdvice(known.metric, objective.limit)
        : `a bucket includes its upper bound, so that only \`lte\` and \`gt\` can be told at a boundary`,
  }
}

/** Observations on the good side of the limit; known only where the limit is a bound, which is part of the lower bucket. */
function goodOf(objective: PercentileObjective, histogram: Histogram): number | null {
  const upTo = countUpTo(histogram, objective.limit)
  if (upTo === null) return null
  if (objective.op === 'lte') return upTo
  return objective.op === 'gt' ? histogram.count - upTo : null
}

/** The line of configuration that makes the next run's verdict exact. */
function boundaryAdvice(metric: string | null, limit: number): string {
  const instrument = metric === null ? undefined : instrumentOf(metric)
  if (instrument !== undefined)
    return `add to plimsoll.config.yaml: metrics: { boundaries: { ${instrument.name}: [${limit}] } }`
  const name = metric === null ? 'the histogram' : `the histogram ${baseName(metric)}`
  return `give ${name} a bucket boundary at ${limit}`
}

async function nothing(query: PreparedQuery, asker: Asker): Promise<string> {
  for (const metric of metricsOf(query.parsed)) {
    const reason = await missingMetric(metric, query.query, asker)
    if (reason !== undefined) return reason
  }
  return 'no bucket of the run matches the query: there was no observation'
}

function percentText(quantile: number): string {
  return String(Number((quantile * 100).toPrecision(12)))
}
