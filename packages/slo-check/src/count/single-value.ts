import type { FloatSample } from '@plimsoll/promql'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { doubtAnchored } from '../doubt/lost-beginnings.ts'
import { doubtEndedSeries } from '../doubt/ended-series.ts'
import { selectorInScope } from '../query/scope.ts'
import { metricsOf } from '../query/selector.ts'
import type { Counted } from './counted.ts'
import { missingMetric } from './missing-metric.ts'
import { holdsHistogram, nativeFault } from './native.ts'
import { numberOf, samplesOf, seriesText } from './numbers.ts'

/** The value of a query that runs as it is written. Several series are no value: which one was meant? */
export async function singleValue(query: PreparedQuery, asker: Asker): Promise<Counted> {
  const { bareSelector } = query.parsed
  const answer = await asker.ask({
    written: query.query,
    sent: bareSelector === null ? query.text : selectorInScope(query, bareSelector, asker.source),
    reading: 'as it is written; it must give one number',
  })
  await doubtEndedSeries(query, asker)
  await doubtAnchored(query, asker)
  const counting = 'raw'
  if ('error' in answer)
    return { state: 'nonsense', counting, reason: `the query failed: ${answer.error}` }
  if (holdsHistogram(answer)) return nativeFault(query, counting)
  const samples = samplesOf(answer)
  const [only] = samples
  if (only === undefined) return nothing(query, asker)
  if (samples.length > 1) {
    return {
      state: 'nonsense',
      counting,
      reason: `the query \`${query.query.role}\` gives ${samples.length} series, not one number: ${namedSeries(samples)}; put sum(…) or another aggregation around it`,
    }
  }
  const value = numberOf(only.value)
  if (Number.isFinite(value)) return { state: 'value', counting, value }
  return {
    state: 'nonsense',
    counting,
    reason: `the query \`${query.query.role}\` gives ${only.value[1]}, which is no number to judge by${Number.isNaN(value) ? ' (a division of nothing by nothing gives it)' : ''}`,
  }
}

async function nothing(query: PreparedQuery, asker: Asker): Promise<Counted> {
  for (const metric of metricsOf(query.parsed)) {
    const reason = await missingMetric(metric, query.query, asker)
    if (reason !== undefined) return { state: 'no_data', counting: 'raw', reason }
  }
  return {
    state: 'no_data',
    counting: 'raw',
    reason: `the query \`${query.query.role}\` gives nothing; add \`or vector(0)\` where nothing means 0`,
  }
}

/** The first series, by the labels in which they differ. */
function namedSeries(samples: readonly FloatSample[]): string {
  const first = samples[0]?.metric ?? {}
  const names = new Set(samples.flatMap(({ metric }) => Object.keys(metric)))
  const telling = [...names].filter((name) =>
    samples.some(({ metric }) => metric[name] !== first[name]),
  )
  const shown = samples.slice(0, 3).map(({ metric }) => {
    const labels = telling.flatMap((name) => {
      const value = metric[name]
      return value === undefined ? [] : [[name, value] as const]
    })
    return seriesText(Object.fromEntries(labels))
  })
  return shown.join(', ') + (samples.length > 3 ? ', …' : '')
}
