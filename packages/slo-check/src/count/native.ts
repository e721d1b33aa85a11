import type { InstantResult } from '@plimsoll/promql'
import type { PreparedQuery } from '../query/prepare.ts'
import type { Counted, Counting } from './counted.ts'

/** The answer has a native histogram where a number was wanted. */
export function holdsHistogram(answer: InstantResult): boolean {
  return answer.resultType === 'vector' && answer.result.some((sample) => 'histogram' in sample)
}

/** A native histogram has no series for its count: how to get at it. */
export function nativeFault({ query, text, parsed }: PreparedQuery, counting: Counting): Counted {
  const advice =
    parsed.bareSelector === null
      ? 'put histogram_count(…) around it'
      : counting === 'anchored'
        ? `write histogram_count(sum(increase(${text}[$window] anchored)))`
        : `write histogram_count(sum(last_over_time(${text}[$window])))`
  return {
    state: 'nonsense',
    counting,
    reason: `the query \`${query.role}\` gives a native histogram, not a number; ${advice} for the number of observations`,
  }
}
