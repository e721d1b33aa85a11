import type { Comparison } from '../spec/model.ts'

/** What rules measure of an objective. */
export type RuleIndicator = BudgetIndicator | LimitIndicator

/** An objective with an error budget: a share of its events, or of its count, may be bad. */
export interface BudgetIndicator {
  readonly kind: 'budget'
  /** The share of bad events in a window of some seconds; nothing where there was no event. */
  readonly errorRatio: (window: number) => string
  /** The share that may be bad. */
  readonly budget: number
  /** The share that shall be good; null where the budget is a count. */
  readonly target: number | null
  /** No share can be above 1, so no burn above 1 / budget; null where a count has no such end. */
  readonly worstBurn: number | null
  /** Any event at all breaks it. */
  readonly isZero: boolean
  /** The number of events in a window, for a guard against too few. */
  readonly events: ((window: number) => string) | null
  /** A bucket boundary that must be there, as an expression that gives something when it is not. */
  readonly boundaryMissing: ((window: number) => string) | null
  readonly comments: readonly string[]
}

/** An objective without a budget: its value over a window is held against a limit. */
export interface LimitIndicator {
  readonly kind: 'limit'
  readonly value: (window: number) => string
  /** The limit for a window. */
  readonly limit: (window: number) => number
  readonly op: Comparison
  /** Which pair of windows tells: what counts up needs the longest, for few events come unevenly. */
  readonly pair: 'shortest' | 'longest'
  readonly events: ((window: number) => string) | null
  readonly comments: readonly string[]
}
