import type { Counted, Counting } from '../count/counted.ts'
import { exactly, type Interval } from './interval.ts'

/** What an indicator came to. */
export type Measurement = Measured | NotMeasured

export interface Measured {
  readonly state: 'measured'
  /** Null when only its bounds are known. */
  readonly value: number | null
  readonly interval: Interval
  readonly good: number | null
  readonly total: number | null
  readonly counting: Counting
  /** The unit of the value where the metric tells, else null. */
  readonly unit: string | null
  /** What was found, in words. */
  readonly detail: string
  /** What to do when the interval leaves the verdict open. */
  readonly advice?: string
}

export interface NotMeasured {
  /** `no_data`: there was nothing to measure. `nonsense`: what there is cannot be true. */
  readonly state: 'no_data' | 'nonsense'
  readonly good: number | null
  readonly total: number | null
  readonly counting: Counting
  readonly reason: string
}

/** A measurement of one exact number. */
export function measuredExactly(
  value: number,
  rest: Omit<Measured, 'state' | 'value' | 'interval'>,
): Measured {
  return { state: 'measured', value, interval: exactly(value), ...rest }
}

/** A count that failed, as a measurement that failed. */
export function unmeasured(
  counted: Exclude<Counted, { readonly state: 'value' }>,
  known: { readonly good?: number; readonly total?: number } = {},
): NotMeasured {
  return { ...counted, good: known.good ?? null, total: known.total ?? null }
}
