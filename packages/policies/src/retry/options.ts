import type { RetryReason } from '@plimsoll/semconv'
import {
  callable,
  COMMON_CHECKS,
  duration,
  durationOrInfinity,
  fields,
  having,
  numberIn,
  oneOf,
  positiveDuration,
  type OptionPath,
} from '../options.ts'
import type { Outcome, PolicyOptions } from '../policy.ts'
import type { RetryBudget } from './budget.ts'

/** Why an outcome should be tried again, and how long the server asked to wait. */
export interface RetryDecision {
  readonly reason: RetryReason
  /** `Retry-After` in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

/** A retry that is about to wait. */
export interface RetryNotice {
  /** Ordinal of the coming attempt: 1 for the first retry. */
  readonly attempt: number
  readonly delayMs: number
  readonly reason: RetryReason
  readonly outcome: Outcome
}

export interface RetryOptions extends PolicyOptions {
  /** Retries after the first attempt. @default 2 */
  maxRetries?: number | undefined
  /** Ceiling of the first backoff in milliseconds; it doubles with every retry. @default 100 */
  baseDelayMs?: number | undefined
  /** The most that the ceiling grows to, in milliseconds. @default 10000 */
  maxDelayMs?: number | undefined
  /** `full` draws each backoff between 0 and its ceiling; `none` takes the ceiling. @default 'full' */
  jitter?: 'full' | 'none' | undefined
  /** The longest `Retry-After` that is waited for, in milliseconds; above it the retry is given up. @default 30000 */
  retryAfterCapMs?: number | undefined
  /** Where retries are paid from; calls may share one. @default none */
  budget?: RetryBudget | undefined
  /** Milliseconds for all attempts and waits together. @default none */
  totalTimeoutMs?: number | undefined
  /**
   * Says why an outcome should be tried again, or undefined when it should not. Sees returned values too.
   * @default `decideRetry`: errors that may pass; no returned value
   */
  decide?: ((outcome: Outcome) => RetryDecision | undefined) | undefined
  /** Hears of every retry before its wait. May throw without effect. */
  onRetry?: ((notice: RetryNotice) => void) | undefined
}

/** The numbers of a retry, and where it is paid from: what can change while it works. */
export type RetryNumbers = Omit<RetryOptions, keyof PolicyOptions | 'decide' | 'onRetry'>

/** What is used where an option is absent. */
export const RETRY_DEFAULTS = {
  maxRetries: 2,
  baseDelayMs: 100,
  maxDelayMs: 10_000,
  jitter: 'full',
  retryAfterCapMs: 30_000,
  budget: undefined,
  totalTimeoutMs: undefined,
} as const satisfies RetryOptions

const NUMBERS = {
  maxRetries: numberIn({ atLeast: 0, integer: true }),
  baseDelayMs: duration,
  maxDelayMs: duration,
  jitter: oneOf('full', 'none'),
  retryAfterCapMs: durationOrInfinity,
  budget: having('a retry budget', 'deposit', 'withdraw', 'utilization'),
  totalTimeoutMs: positiveDuration,
}
const checkNumbers = fields(NUMBERS)
const check = fields({
  ...COMMON_CHECKS,
  ...NUMBERS,
  decide: callable,
  onRetry: callable,
})

/**
 * Throws an `OptionError` that names the place, under `path`, and the value of the first option that is wrong.
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function checkRetryOptions(
  options: unknown,
  path: OptionPath = ['retry'],
): asserts options is RetryOptions {
  check(options, path)
}

/** As {@link checkRetryOptions}, for numbers and the budget alone. */
export function checkRetryNumbers(
  numbers: unknown,
  path: OptionPath = ['retry'],
): asserts numbers is RetryNumbers {
  checkNumbers(numbers, path)
}

/** {@link RetryNumbers} with their defaults. */
export interface RetrySettings {
  readonly maxRetries: number
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  readonly jitter: 'full' | 'none'
  readonly retryAfterCapMs: number
  readonly budget: RetryBudget | undefined
  readonly totalTimeoutMs: number | undefined
}

export function settingsOf(numbers: RetryNumbers): RetrySettings {
  const D = RETRY_DEFAULTS
  return {
    maxRetries: numbers.maxRetries ?? D.maxRetries,
    baseDelayMs: numbers.baseDelayMs ?? D.baseDelayMs,
    maxDelayMs: numbers.maxDelayMs ?? D.maxDelayMs,
    jitter: numbers.jitter ?? D.jitter,
    retryAfterCapMs: numbers.retryAfterCapMs ?? D.retryAfterCapMs,
    budget: numbers.budget,
    totalTimeoutMs: numbers.totalTimeoutMs,
  }
}
