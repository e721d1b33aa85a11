import type { InstantResult } from '@plimsoll/promql'
import type { Source } from '../source/source.ts'

/**
 * A source that is asked each query once. All are evaluated at one time, and objectives over the same metric ask the same of
 * it: two quantiles of one histogram, say. Those who ask while the answer is on its way wait for it.
 */
export function askedOnce(source: Source): Source {
  const answers = new Map<string, Promise<InstantResult>>()
  return {
    ...source,
    instant(query) {
      const known = answers.get(query)
      if (known !== undefined) return known
      const answer = source.instant(query)
      answers.set(query, answer)
      return answer
    },
  }
}
