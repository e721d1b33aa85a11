import type { CircuitBreaker } from '@plimsoll/policies'
import type { BreakerRecorded, BreakerState, CacheResult } from '@plimsoll/semconv'

/** One call on its way: what the layers below fetch must know of it, and what they learn. */
export interface CallState {
  readonly role: string | undefined
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined
  /** Milliseconds that the call may take to its headers, and when that is over on the monotonic clock. */
  readonly deadlineMs: number
  readonly deadlineAtMs: number
  /** Breaker of the logical source on whose behalf the call is made. */
  readonly sourceBreaker: CircuitBreaker | undefined
  /** Whether the call may not be answered from the cache, or kept there. */
  readonly noStore: boolean
  /** Exchanges so far, redirect hops and retries alike. */
  exchanges: number
  /** Milliseconds that limiters imposed. */
  rateDelayMs: number
  /** Whether it was the program's own body of the request that failed: no host is to blame for that. */
  bodyBroke: boolean
  /** How the cache answered the last hop. */
  cache: CacheResult | undefined
  breakerState: BreakerState | undefined
  breakerRecorded: BreakerRecorded | undefined
}

/** Under this key a call travels through undici's interceptors; they copy the options, symbols included. */
export const CALL: unique symbol = Symbol('plimsoll.call')

const STRICTNESS: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 }

/** The stricter of two states: of the breakers of a source and of a host, the call shows that one. */
export function stricter(left: BreakerState | undefined, right: BreakerState): BreakerState {
  return left !== undefined && STRICTNESS[left] >= STRICTNESS[right] ? left : right
}
