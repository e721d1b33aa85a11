import type { Objective } from './spec/model.ts'
import { compare } from './sli/interval.ts'
import type { Measured, Measurement } from './sli/measurement.ts'
import type { Scope } from './source/source.ts'

/** `pass`: kept. `fail`: broken. `inconclusive`: cannot be told. `no_data`: nothing to tell it from. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no_data'

export interface Judgement {
  readonly verdict: Verdict
  readonly reason: string
}

const WORST_FIRST = ['fail', 'no_data', 'inconclusive', 'pass'] as const satisfies Verdict[]

/** The worst of all. Nothing promised is nothing kept: without verdicts it is `no_data`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'no_data'
}

/** Process exit code of a verdict: 0 kept, 1 broken, 2 cannot tell. */
export function exitCodeOf(verdict: Verdict): 0 | 1 | 2 {
  if (verdict === 'pass') return 0
  return verdict === 'fail' ? 1 : 2
}

/**
 * Holds a measurement against its objective.
 *
 * @param doubts why the numbers behind it may be wrong
 */
export function judge(
  objective: Objective,
  measurement: Measurement,
  scope: Scope,
  doubts: readonly string[],
): Judgement {
  const judgement = doubtfulIsOpen(judgeMeasurement(objective, measurement), doubts)
  return incompleteIsOpen(judgement, objective, scope)
}

function judgeMeasurement(objective: Objective, measurement: Measurement): Judgement {
  if (measurement.state === 'measured') return judgeValue(objective, measurement)
  if (measurement.state === 'no_data') return noData(objective, measurement.reason)
  return { verdict: 'inconclusive', reason: measurement.reason }
}

function noData(objective: Objective, reason: string): Judgement {
  const verdict = objective.noData
  return verdict === 'no_data'
    ? { verdict, reason }
    : { verdict, reason: `${reason}; the spec says that no data means ${verdict}` }
}

function judgeValue(objective: Objective, measured: Measured): Judgement {
  const samples = measured.total ?? 0
  if (samples < objective.minSamples) {
    return {
      verdict: 'inconclusive',
      reason: `${samples} events are too few: the spec asks for ${objective.minSamples}; ${measured.detail}`,
    }
  }
  const { op, limit } = promiseOf(objective)
  const comparing = compare(measured.interval, op, limit)
  if (comparing === 'open') {
    const advice = measured.advice === undefined ? '' : `; ${measured.advice}`
    return {
      verdict: 'inconclusive',
      reason: `${measured.detail}, and the limit of ${limit} is inside${advice}`,
    }
  }
  return { verdict: comparing === 'kept' ? 'pass' : 'fail', reason: measured.detail }
}

/** A number that may be wrong decides nothing, neither way. */
function doubtfulIsOpen(judgement: Judgement, doubts: readonly string[]): Judgement {
  if (doubts.length === 0) return judgement
  return { verdict: 'inconclusive', reason: `${judgement.reason}; but ${doubts.join('; ')}` }
}

/** What a run that is not whole has kept so far, it may still break, and a count that it has not reached it still may. */
function incompleteIsOpen(judgement: Judgement, objective: Objective, scope: Scope): Judgement {
  const { op } = promiseOf(objective)
  const mayGrow = objective.kind === 'count' && (op === 'gte' || op === 'gt')
  const isOpen = judgement.verdict === 'pass' || (judgement.verdict === 'fail' && mayGrow)
  if (!isOpen || scope.kind !== 'run' || scope.complete !== false) return judgement
  return {
    verdict: 'inconclusive',
    reason: `${judgement.reason}; so far: ${scope.completeness}`,
  }
}

/** The comparison that an objective asks for. */
export function promiseOf(objective: Objective): {
  readonly op: 'lte' | 'lt' | 'gte' | 'gt'
  readonly limit: number
} {
  if (objective.kind === 'ratio') return { op: 'gte', limit: objective.target }
  return { op: objective.op, limit: objective.limit }
}
