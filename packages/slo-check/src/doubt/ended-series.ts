import { numberOf, samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { lastValues, selectorInScope } from '../query/scope.ts'

/** Names of counters and of the series of histograms. */
const CUMULATIVE = /_(total|count|sum|bucket)$/u
/** A subquery looks at instants of the past too. */
const SUBQUERY = /\[[^\]]*:[^\]]*\]/u

/**
 * An instant selector sees the series that had a sample in the last minutes. What a process counted that ended earlier
 * is missing from its sum, and nothing in the answer says so.
 */
export async function doubtEndedSeries(query: PreparedQuery, asker: Asker): Promise<void> {
  if (SUBQUERY.test(query.parsed.canonical)) return
  for (const selector of query.parsed.selectors) {
    const { metric, rangeSeconds } = selector
    if (metric === null || rangeSeconds !== null || !CUMULATIVE.test(metric)) continue
    const instant = selectorInScope(query, selector, asker.source)
    const answer = await asker.verify({
      written: query.query,
      sent: `count(${lastValues(query, selector, asker.source)} unless ${instant})`,
      reading: `series that had ended before the ${asker.source.scope.kind} did, which the query does not see`,
    })
    if (answer === null) continue
    const [unseen] = samplesOf(answer)
    if (unseen === undefined) continue
    asker.doubt(
      `${numberOf(unseen.value)} series of ${metric} had ended before the ${asker.source.scope.kind} did, and the query does not see them; write last_over_time(${metric}[$window]) in its place`,
    )
  }
}
