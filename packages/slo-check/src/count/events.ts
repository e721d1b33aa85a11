import type { Selector } from '@plimsoll/promql'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { isOfService, matcherText } from '../query/selector.ts'
import { doubtCounts } from '../doubt/counts.ts'
import type { Counted } from './counted.ts'
import { missingMetric } from './missing-metric.ts'
import { holdsHistogram, nativeFault } from './native.ts'
import { numberOf, samplesOf } from './numbers.ts'
import { singleValue } from './single-value.ts'
import { wholeCounts } from './whole-counts.ts'

/** The number of events: exact for a bare selector, as written for any other expression. */
export async function countEvents(query: PreparedQuery, asker: Asker): Promise<Counted> {
  const counted =
    query.parsed.bareSelector === null
      ? await singleValue(query, asker)
      : await countSelector(query, query.parsed.bareSelector, asker)
  if (counted.state !== 'value' || counted.value >= 0) return counted
  return {
    state: 'nonsense',
    counting: counted.counting,
    reason: `the query \`${query.query.role}\` counts ${counted.value} events; a count is never negative`,
  }
}

async function countSelector(
  query: PreparedQuery,
  selector: Selector,
  asker: Asker,
): Promise<Counted> {
  const { counting, expression, reading } = wholeCounts(query, selector, asker.source)
  const answer = await asker.ask({
    written: query.query,
    sent: `sum(${expression})`,
    reading: `${reading}, summed: exact`,
  })
  if ('error' in answer)
    return { state: 'nonsense', counting, reason: `the query failed: ${answer.error}` }
  if (holdsHistogram(answer)) return nativeFault(query, counting)
  const [only] = samplesOf(answer)
  if (only !== undefined) {
    await doubtCounts(query, selector, asker)
    const value = numberOf(only.value)
    if (Number.isFinite(value)) return { state: 'value', counting, value }
    return {
      state: 'nonsense',
      counting,
      reason: `the query \`${query.query.role}\` counts ${only.value[1]} events`,
    }
  }
  const reason =
    selector.metric === null
      ? `the query \`${query.query.role}\` matches no series of the ${asker.source.scope.kind}`
      : await missingMetric(selector.metric, query.query, asker, whoseOf(selector, asker))
  return reason === undefined
    ? { state: 'value', counting, value: 0 }
    : { state: 'no_data', counting, reason }
}

/** In a window others recorded the metric too, and that says nothing of the service that is meant. */
function whoseOf({ matchers }: Selector, { source }: Asker): string[] {
  return source.scope.kind === 'run' ? [] : matchers.filter(isOfService).map(matcherText)
}
