import type { LimitObjective } from '../spec/model.ts'
import { eventsOrZero, meanOf, type Faulty } from './counting.ts'
import type { BudgetIndicator, LimitIndicator } from './indicator.ts'
import { readRuleQuery, type Parse, type RuleQuery } from './rule-query.ts'

/** Counts, rates and single values. Only a count that shall stay below its limit has a budget: the limit itself. */
export function limitIndicator(
  objective: LimitObjective,
  parse: Parse,
): BudgetIndicator | LimitIndicator | Faulty {
  const query = readRuleQuery(objective.query, objective.service, parse)
  if ('issues' in query) return query
  if (objective.kind === 'threshold') return meanAgainst(objective, query)
  const isUpper = objective.op === 'lte' || objective.op === 'lt'
  return objective.kind === 'count' && isUpper
    ? countBudget(objective, query)
    : eventsAgainst(objective, query)
}

/** The error ratio of a count is its events over those that the window may have: 1 uses up just what the period allows. */
function countBudget(objective: LimitObjective, query: RuleQuery): BudgetIndicator | Faulty {
  const events = eventsOrZero(query)
  if ('issues' in events) return events
  const { limit, period } = objective
  if (limit < 0) {
    const message = `a count is never at most ${limit}`
    return { issues: [{ ...objective.place, message }] }
  }
  const isZero = limit === 0
  return {
    kind: 'budget',
    errorRatio: isZero
      ? (window) => `${events(window)} > bool 0`
      : (window) => `${events(window)} / (${limit} * ${window} / ${period.seconds})`,
    budget: 1,
    target: null,
    worstBurn: null,
    isZero,
    events: null,
    boundaryMissing: null,
    comments: [
      isZero
        ? 'A count of which none is allowed: its error ratio is 1 as soon as there is one event.'
        : `A count: its error ratio is the events of a window over the ${limit} in ${period.text} that are allowed.`,
    ],
  }
}

function eventsAgainst(objective: LimitObjective, query: RuleQuery): LimitIndicator | Faulty {
  const events = eventsOrZero(query)
  if ('issues' in events) return events
  const { kind, limit, op, period } = objective
  const isRate = kind === 'rate'
  return {
    kind: 'limit',
    value: (window) => (isRate ? `${events(window)} / ${window}` : events(window)),
    limit: (window) =>
      isRate ? limit : Number(((limit * window) / period.seconds).toPrecision(12)),
    op,
    pair: isRate ? 'shortest' : 'longest',
    events: isRate ? events : null,
    comments: [
      isRate
        ? 'A rate has no error budget: it is held against its limit over a long and a short window.'
        : `A count that shall be reached has no error budget: each window must have its share of the ${limit} in ${period.text}.`,
    ],
  }
}

function meanAgainst(objective: LimitObjective, query: RuleQuery): LimitIndicator {
  const { limit, op } = objective
  return {
    kind: 'limit',
    value: meanOf(query, op === 'lte' || op === 'lt' ? 'max' : 'min'),
    limit: () => limit,
    op,
    pair: 'shortest',
    events: null,
    comments: [
      'A value has no error budget: its mean over a long and a short window is held against the limit; of several series the worst.',
    ],
  }
}
