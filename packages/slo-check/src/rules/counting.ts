import type { Issue } from '../error.ts'
import { ruleDuration } from '../span-text.ts'
import type { RuleQuery } from './rule-query.ts'

/** An expression over a window of some seconds. */
export type Windowed = (window: number) => string

/** A fault, as a value. */
export type Faulty = { readonly issues: readonly Issue[] }

/** Events of a counter in a window, summed over instances and runs. */
export function eventsOf(query: RuleQuery): Windowed | Faulty {
  if (query.kind === 'selector')
    return (window) => `sum(increase(${query.with([])}[${ruleDuration(window)}]))`
  return query.windowed ? (window) => `sum(${query.over(window)})` : unwindowed(query)
}

/** Events of a counter in a window; 0 where the metric was recorded and nothing of it matched. */
export function eventsOrZero(query: RuleQuery): Windowed | Faulty {
  const events = eventsOf(query)
  if ('issues' in events || query.kind !== 'selector' || query.metric === null) return events
  const { everything } = query
  if (everything === query.with([])) return events
  return (window) =>
    `(${events(window)} or 0 * sum(increase(${everything}[${ruleDuration(window)}])))`
}

/** What a gauge adds up to over the samples of a window: the ratio of two such sums is weighted by what they count. */
export function summedGauge(query: RuleQuery): Windowed {
  if (query.kind === 'selector')
    return (window) => `sum(sum_over_time(${query.with([])}[${ruleDuration(window)}]))`
  return query.windowed
    ? (window) => `sum(${query.over(window)})`
    : (window) => `sum(sum_over_time((${query.over(window)})[${ruleDuration(window)}:]))`
}

/** The mean of a value over a window; of several series the worst. */
export function meanOf(query: RuleQuery, worst: 'max' | 'min'): Windowed {
  if (query.kind === 'selector')
    return (window) => `${worst}(avg_over_time(${query.with([])}[${ruleDuration(window)}]))`
  return query.windowed
    ? (window) => `${worst}(${query.over(window)})`
    : (window) => `${worst}(avg_over_time((${query.over(window)})[${ruleDuration(window)}:]))`
}

function unwindowed(query: RuleQuery & { kind: 'expression' }): Faulty {
  const { role } = query.query
  return {
    issues: [
      {
        ...query.query.locate(0),
        message: `the query \`${role}\`: rules count it over windows of their own, and the expression has no $window: write it as in sum(increase(x_total[$window])), or as a bare selector`,
      },
    ],
  }
}
