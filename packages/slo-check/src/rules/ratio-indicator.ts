import type { RatioObjective, RawRatioObjective } from '../spec/model.ts'
import { eventsOf, meanOf, summedGauge, type Faulty, type Windowed } from './counting.ts'
import { indented } from './indented.ts'
import type { BudgetIndicator } from './indicator.ts'
import { readRuleQuery, type Parse, type RuleQuery } from './rule-query.ts'

/** 1 - 0.85 is 0.15 only when rounded to the digits that a double holds of a decimal. */
export function complement(share: number): number {
  return Number((1 - share).toPrecision(12))
}

/** Good or bad events over all events, or a share that a query gives by itself. */
export function ratioIndicator(
  objective: RatioObjective | RawRatioObjective,
  parse: Parse,
): BudgetIndicator | Faulty {
  const measured =
    objective.shape === 'raw' ? rawRatio(objective, parse) : eventRatio(objective, parse)
  if ('issues' in measured) return measured
  const budget = complement(objective.target)
  return {
    kind: 'budget',
    ...measured,
    budget,
    target: objective.target,
    worstBurn: 1 / budget,
    isZero: false,
    boundaryMissing: null,
  }
}

type Share = Pick<BudgetIndicator, 'errorRatio' | 'events' | 'comments'>

function eventRatio(objective: RatioObjective, parse: Parse): Share | Faulty {
  const count = objective.counter ? eventsOf : summedGauge
  const part = counted(readRuleQuery(objective.part, objective.service, parse), count)
  const total = counted(readRuleQuery(objective.total, objective.service, parse), count)
  if (typeof part !== 'function' || typeof total !== 'function')
    return { issues: [part, total].flatMap((one) => ('issues' in one ? one.issues : [])) }
  const share: Windowed = (window) => `(${part(window)} or vector(0))\n/\n(${total(window)} > 0)`
  return {
    errorRatio:
      objective.shape === 'bad' ? share : (window) => `1 - (\n${indented(share(window))}\n)`,
    events: total,
    comments: objective.counter
      ? []
      : ['Not counters: the ratio is of what they add up to over the samples of a window.'],
  }
}

function counted(
  query: RuleQuery | Faulty,
  count: (query: RuleQuery) => Windowed | Faulty,
): Windowed | Faulty {
  return 'issues' in query ? query : count(query)
}

function rawRatio(objective: RawRatioObjective, parse: Parse): Share | Faulty {
  const query = readRuleQuery(objective.raw, objective.service, parse)
  if ('issues' in query) return query
  const failed = objective.rawType === 'failure'
  const share = meanOf(query, failed ? 'max' : 'min')
  // A comparison drops NaN, what nothing divided by nothing gives.
  const known: Windowed = (window) => `(${share(window)} >= 0)`
  return {
    errorRatio: failed ? known : (window) => `1 - ${known(window)}`,
    events: null,
    comments:
      query.kind === 'expression' && query.windowed
        ? []
        : ['The query gives a share at an instant: it is averaged over time, not over events.'],
  }
}
