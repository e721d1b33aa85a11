import type { Place } from '../error.ts'

/** How a value is held against its limit. */
export type Comparison = 'lte' | 'lt' | 'gte' | 'gt'

/** What it means for an objective that there is nothing to measure. */
export type NoDataRule = 'no_data' | 'pass' | 'fail' | 'inconclusive'

/** A query as written in a spec. */
export interface SpecQuery {
  readonly role: 'good' | 'bad' | 'total' | 'raw' | 'query'
  readonly text: string
  /** Where the query's text begins. */
  readonly place: Place
  /** The place in the file of an offset into `text`, in UTF-16 units. */
  readonly locate: (offset: number) => Place
}

/** The time window of an SLO, over which its error budget is counted. */
export interface Period {
  /** As written, such as `28d`. */
  readonly text: string
  /** A month is taken as 30 days, a quarter as 90, a year as 365. */
  readonly seconds: number
}

interface ObjectiveHead {
  /** `metadata.name` of the SLO. */
  readonly slo: string
  /** `spec.service` of the SLO. */
  readonly service: string
  /** `spec.timeWindow` of the SLO; a run takes its place when one is checked. */
  readonly period: Period
  /** `displayName` of the objective, else of the SLO, else its ordinal. */
  readonly objective: string
  readonly place: Place
  readonly noData: NoDataRule
  /** Below this number of events the verdict is `inconclusive`; 0 when any number will do. */
  readonly minSamples: number
  /** The annotation's unit, or null: then it is taken from the metric where known. */
  readonly unit: string | null
}

/** Good events, or those that are not bad, over all events. */
export interface RatioObjective extends ObjectiveHead {
  readonly kind: 'ratio'
  readonly shape: 'good' | 'bad'
  readonly part: SpecQuery
  readonly total: SpecQuery
  /** Bare selectors are counted exactly. */
  readonly counter: boolean
  /** Least share of good events. */
  readonly target: number
}

/** A query that gives a share itself. */
export interface RawRatioObjective extends ObjectiveHead {
  readonly kind: 'ratio'
  readonly shape: 'raw'
  readonly rawType: 'success' | 'failure'
  readonly raw: SpecQuery
  readonly target: number
}

/** One number against a limit: a query's value, a count of events, or events a second. */
export interface LimitObjective extends ObjectiveHead {
  readonly kind: 'threshold' | 'count' | 'rate'
  readonly query: SpecQuery
  readonly op: Comparison
  readonly limit: number
}

/** A quantile of a classic histogram against a limit. */
export interface PercentileObjective extends ObjectiveHead {
  readonly kind: 'percentile'
  readonly query: SpecQuery
  /** Above 0 and below 1. */
  readonly quantile: number
  readonly op: Comparison
  readonly limit: number
}

export type Objective = RatioObjective | RawRatioObjective | LimitObjective | PercentileObjective

export type ObjectiveKind = Objective['kind']

/** The queries of an objective, in the order in which they are asked. */
export function queriesOf(objective: Objective): readonly SpecQuery[] {
  if (objective.kind !== 'ratio') return [objective.query]
  return objective.shape === 'raw' ? [objective.raw] : [objective.part, objective.total]
}

/** What the given spec files promise. */
export interface Specs {
  readonly files: readonly string[]
  readonly objectives: readonly Objective[]
  /** What was read and has no effect. */
  readonly notes: readonly string[]
}
