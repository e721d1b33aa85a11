import type { Selector } from '@plimsoll/promql'
import type { PreparedQuery } from '../query/prepare.ts'
import { lastValues, samplesInScope } from '../query/scope.ts'
import type { Source } from '../source/source.ts'
import type { Counting } from './counted.ts'

/** What each series of a selector counted in the run or window: exact. */
export interface WholeCounts {
  readonly counting: Counting
  /** Gives a count for each series. */
  readonly expression: string
  /** What the counts are, in words. */
  readonly reading: string
}

/**
 * Every series of a run begins at nothing, so its last value is its whole count: no extrapolation, no first sample lost,
 * and the same at any later time of asking. In a window series begin and go on as they like; there what they grew by
 * counts, from the sample before the window, or from nothing where they began in it.
 */
export function wholeCounts(query: PreparedQuery, selector: Selector, source: Source): WholeCounts {
  if (source.scope.kind === 'window') {
    return {
      counting: 'anchored',
      expression: `increase(${samplesInScope(query, selector, source)} anchored)`,
      reading: 'what each series grew by in the window',
    }
  }
  return {
    counting: 'last',
    expression: lastValues(query, selector, source),
    reading: 'the last value of each series of the run',
  }
}
