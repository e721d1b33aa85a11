import type { RetryAfterAction } from '@plimsoll/semconv'

/** What the retries of one run came to. */
export interface RetryTally {
  /** Attempts after the first. */
  readonly retryCount: number
  /** Milliseconds spent in backoff. */
  readonly retryDelayMs: number
  /** The last `Retry-After`, in milliseconds, obeyed or not. */
  readonly lastRetryAfterMs: number | undefined
  readonly lastAction: RetryAfterAction | undefined
}

/** How a run ended, and what it took. */
export type RetryRun<T> = RetryTally &
  ({ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown })

/** A tally under way. */
export type Progress = { -readonly [Key in keyof RetryTally]: RetryTally[Key] }

export function noProgress(): Progress {
  return { retryCount: 0, retryDelayMs: 0, lastRetryAfterMs: undefined, lastAction: undefined }
}
