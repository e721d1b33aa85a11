import type { Counting } from '../count/counted.ts'
import { missingMetric } from '../count/missing-metric.ts'
import { wholeCounts } from '../count/whole-counts.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { metricsOf } from '../query/selector.ts'
import type { PercentileObjective } from '../spec/model.ts'
import { baseName, instrumentOf, unitOf } from '../units.ts'
import { askBuckets } from './ask-buckets.ts'
import { intervalText } from './interval-text.ts'
import type { Measurement, NotMeasured } from './measurement.ts'
import { observationsOf, type Observations } from './observations.ts'

/** A quantile of a histogram: the interval of the bucket that holds it, and an interpolated value. */
export async function measurePercentile(
  objective: PercentileObjective,
  query: PreparedQuery,
  asker: Asker,
): Promise<Measurement> {
  const { bareSelector } = query.parsed
  const counting: Counting =
    bareSelector === null ? 'raw' : wholeCounts(query, bareSelector, asker.source).counting
  const failed = (state: NotMeasured['state'], reason: string): NotMeasured => ({
    state,
    good: null,
    total: null,
    counting,
    reason,
  })
  const buckets = await askBuckets(query, asker)
  if ('error' in buckets) return failed('nonsense', `the query failed: ${buckets.error}`)
  if (buckets.classic.length + buckets.native.length === 0)
    return failed('no_data', await nothing(query, asker))
  const observations = await observationsOf(buckets, query, asker)
  if ('fault' in observations) return failed('nonsense', observations.fault)
  if (observations.count === 0)
    return { ...failed('no_data', 'the histogram holds no observation'), total: 0 }
  return measured(objective, observations, { counting, metric: metricsOf(query.parsed)[0] ?? null })
}

function measured(
  objective: PercentileObjective,
  observations: Observations,
  known: { readonly counting: Counting; readonly metric: string | null },
): Measurement {
  const { value, interval } = observations.quantile(objective.quantile)
  const unit = objective.unit ?? (known.metric === null ? null : unitOf(known.metric))
  return {
    state: 'measured',
    value,
    interval,
    good: goodOf(objective, observations),
    total: observations.count,
    counting: known.counting,
    unit,
    detail: `p${percentText(objective.quantile)} of ${observations.count} lies in ${intervalText(interval, unit)}`,
    advice:
      observations.upTo(objective.limit) === null
        ? boundaryAdvice(observations, known.metric, objective.limit)
        : `a bucket includes its upper bound, so that only \`lte\` and \`gt\` can be told at a boundary`,
  }
}

/** Observations on the good side of the limit; known only where no bucket has some on both sides of it. */
function goodOf(objective: PercentileObjective, observations: Observations): number | null {
  const upTo = observations.upTo(objective.limit)
  if (upTo === null) return null
  if (objective.op === 'lte') return upTo
  return objective.op === 'gt' ? observations.count - upTo : null
}

/** The line of configuration that makes the next run's verdict exact. */
function boundaryAdvice({ kind }: Observations, metric: string | null, limit: number): string {
  const explicit =
    kind === 'native' ? 'record explicit buckets in place of exponential ones, and ' : ''
  return explicit + boundaryLine(metric, limit)
}

function boundaryLine(metric: string | null, limit: number): string {
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
