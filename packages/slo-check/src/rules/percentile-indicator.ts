import type { PercentileObjective } from '../spec/model.ts'
import { ALL_MATCHER, boundAtOrBelow, boundMatcher } from './bucket-bound.ts'
import type { Faulty, Windowed } from './counting.ts'
import { ruleDuration } from '../span-text.ts'
import { indented } from './indented.ts'
import type { BudgetIndicator } from './indicator.ts'
import { complement } from './ratio-indicator.ts'
import { readRuleQuery, type Parse, type RuleQuery } from './rule-query.ts'

type Selecting = Extract<RuleQuery, { kind: 'selector' }>
type Share = Pick<BudgetIndicator, 'events' | 'boundaryMissing' | 'comments'> & {
  /** The share of observations at or below the limit. */
  readonly below: Windowed
}

/**
 * A percentile as a share: `p95 ≤ 3 s` says that at most one observation in twenty is above 3 s. The budget is
 * 1 - quantile where the value shall stay below the limit, and the quantile where it shall stay above.
 */
export function percentileIndicator(
  objective: PercentileObjective,
  parse: Parse,
): BudgetIndicator | Faulty {
  const query = readRuleQuery(objective.query, objective.service, parse)
  if ('issues' in query) return query
  const share = shareBelow(query, objective.limit)
  if ('issues' in share) return share
  const { below, ...rest } = share
  const isUpper = objective.op === 'lte' || objective.op === 'lt'
  const budget = isUpper ? complement(objective.quantile) : objective.quantile
  return {
    kind: 'budget',
    ...rest,
    errorRatio: isUpper ? (window) => `1 - (\n${indented(below(window))}\n)` : below,
    budget,
    target: complement(budget),
    worstBurn: 1 / budget,
    isZero: false,
  }
}

function shareBelow(query: RuleQuery, limit: number): Share | Faulty {
  if (query.kind === 'expression') return shareOfExpression(query, limit)
  if (query.metric?.endsWith('_bucket') !== true)
    return { ...shareOfNative(query, limit, query.metric), boundaryMissing: null, comments: [] }
  if (query.hasBucketMatcher) {
    const message =
      'rules choose the buckets of the limit and of all observations: leave `le` out of the selector'
    return { issues: [{ ...query.query.locate(0), message }] }
  }
  return shareOfClassic(query, limit, query.metric)
}

function shareOfClassic(query: Selecting, limit: number, metric: string): Share {
  const bucket = (matcher: string): Windowed => increases(query, [matcher])
  const all = bucket(ALL_MATCHER)
  const atLimit = bucket(boundMatcher(limit))
  const known = boundAtOrBelow(metric, limit)
  const isStricter = known !== null && known !== limit
  const nearest = isStricter ? bucket(boundMatcher(known)) : null
  const good: Windowed = (window) =>
    nearest === null
      ? atLimit(window)
      : `(\n${indented(`${atLimit(window)}\nor\n${nearest(window)}`)}\n)`
  const native = shareOfNative(query, limit, metric.slice(0, -'_bucket'.length))
  return {
    below: (window) => `${good(window)}\n/\n(${all(window)} > 0)\nor\n${native.below(window)}`,
    events: (window) => `(${all(window)} or ${native.events(window)})`,
    boundaryMissing:
      known === null ? (window) => `${all(window)} > 0 unless ${atLimit(window)}` : null,
    comments: isStricter
      ? [
          `${limit} is no default boundary: without one of its own, the next lower one, ${known}, counts, which is stricter.`,
        ]
      : [],
  }
}

/** Native histograms have no buckets of their own name; where the limit is inside a bucket the share is interpolated. */
function shareOfNative(
  query: Selecting,
  limit: number,
  metric: string | null,
): Record<'below' | 'events', Windowed> {
  const all = increases(query, [], metric ?? undefined)
  return {
    below: (window) => `(histogram_fraction(-Inf, ${limit}, ${all(window)}) >= 0)`,
    events: (window) => `histogram_count(${all(window)})`,
  }
}

function shareOfExpression(
  query: Extract<RuleQuery, { kind: 'expression' }>,
  limit: number,
): Share | Faulty {
  if (!query.windowed) {
    const message =
      'rules look at buckets over windows of their own, and the expression has no $window: write it as in sum by (le) (increase(x_bucket[$window]))'
    return { issues: [{ ...query.query.locate(0), message }] }
  }
  return {
    below: (window) =>
      `(histogram_fraction(-Inf, ${limit}, sum by (le) (${query.over(window)})) >= 0)`,
    events: null,
    boundaryMissing: null,
    comments: [`Where ${limit} is no boundary, the share is interpolated within its bucket.`],
  }
}

function increases(query: Selecting, matchers: readonly string[], metric?: string): Windowed {
  return (window) => `sum(increase(${query.with(matchers, metric)}[${ruleDuration(window)}]))`
}
