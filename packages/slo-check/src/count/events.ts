import type { Selector } from '@plimsoll/promql'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { doubtRestarts } from '../doubt/restarts.ts'
import { lastValues } from './last-values.ts'
import type { Counted } from './counted.ts'
import { missingMetric } from './missing-metric.ts'
import { numberOf, samplesOf } from './numbers.ts'
import { singleValue } from './single-value.ts'

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

/**
 * Every series of a run begins at nothing, so its last value is its whole count, and their sum is the run's: no
 * extrapolation, no first sample lost, and the same at any later time of asking.
 */
async function countSelector(
  query: PreparedQuery,
  selector: Selector,
  asker: Asker,
): Promise<Counted> {
  const counting = 'last'
  const answer = await asker.ask({
    written: query.query,
    sent: `sum(${lastValues(query.text, selector, asker.source)})`,
    reading: 'the last value of each series of the run, summed: exact',
  })
  if ('error' in answer)
    return { state: 'nonsense', counting, reason: `the query failed: ${answer.error}` }
  const [only] = samplesOf(answer)
  if (only !== undefined) {
    await doubtRestarts(query, selector, asker)
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
      ? `the query \`${query.query.role}\` matches no series of the run`
      : await missingMetric(selector.metric, query.query, asker)
  return reason === undefined
    ? { state: 'value', counting, value: 0 }
    : { state: 'no_data', counting, reason }
}
