import type { Selector } from '@plimsoll/promql'
import { runIdOf, type Source } from '../source/source.ts'
import type { PreparedQuery } from './prepare.ts'
import { RUN_LABEL, choosesRun, limited, quoted } from './selector.ts'
import { durationText } from './template.ts'

/** The selector's text, limited to what is judged: to the run, unless it chooses runs itself. */
export function selectorInScope(query: PreparedQuery, selector: Selector, source: Source): string {
  const runId = runIdOf(source)
  const ofRun = runId === null || choosesRun(selector) ? null : `${RUN_LABEL}=${quoted(runId)}`
  const isBare = selector === query.parsed.bareSelector
  const matchers = [ofRun, isBare ? query.limit : null].filter((matcher) => matcher !== null)
  return limited(query.text, selector, matchers.length === 0 ? null : matchers.join(','))
}

/** The samples that the series of a selector have in the run or window. */
export function samplesInScope(query: PreparedQuery, selector: Selector, source: Source): string {
  return `${selectorInScope(query, selector, source)}[${durationText(source.windowSeconds)}]`
}

/** The last value of each of those series, whatever its selector gives an instant later. */
export function lastValues(query: PreparedQuery, selector: Selector, source: Source): string {
  return `last_over_time(${samplesInScope(query, selector, source)})`
}
