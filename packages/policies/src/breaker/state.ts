import type { BreakerRecorded, BreakerState } from '@plimsoll/semconv'
import type { Verdict } from './options.ts'

/** What comes with an outcome. */
export interface OutcomeDetail {
  /** `Retry-After` of the answer, in milliseconds: if the breaker opens by it, then for no less than this. */
  readonly retryAfterMs?: number | undefined
}

/** Leave to call once. Its holder owes the breaker one `record`. */
export interface Permit {
  readonly admitted: true
  readonly state: 'closed' | 'half_open'
  /** Ordinal of the state that admitted; in any later one the outcome is `late` and moves nothing. */
  readonly generation: number
  /** Tells the outcome; the first time counts, later times only repeat what was recorded. Never throws. */
  record(outcome: Verdict, detail?: OutcomeDetail): BreakerRecorded
}

/** No leave to call. */
export interface Rejection {
  readonly admitted: false
  readonly state: 'open' | 'half_open'
  /** Milliseconds until it is worth asking again; `Infinity` when opened by hand. */
  readonly retryAfterMs: number
}

/** A permit of a half-open breaker, as the machine sees it. */
export interface Probe {
  readonly expiresMs: number
}

/** Where the machine stands; each state holds only what means something in it. */
export type State =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; readonly untilMs: number }
  | {
      readonly name: 'half_open'
      /** In flight. */
      readonly probes: Set<Probe>
      successes: number
    }

export const CLOSED: State = { name: 'closed' }

export function halfOpen(): State {
  return { name: 'half_open', probes: new Set(), successes: 0 }
}

/** When the first of the probes in flight expires; `Infinity` where there is none. There are never many. */
export function firstExpiry(probes: ReadonlySet<Probe>): number {
  let firstMs = Infinity
  for (const { expiresMs } of probes) if (expiresMs < firstMs) firstMs = expiresMs
  return firstMs
}

/** What of a breaker outlives its process. Plain JSON. */
export interface BreakerSnapshot {
  readonly state: BreakerState
  /** Openings since it was last closed: the step of the backoff. */
  readonly openings: number
  /** While open: milliseconds left until a probe is admitted, null when opened by hand without end. Else 0. */
  readonly remainingMs: number | null
  /** When it was taken, in milliseconds of the Unix epoch. */
  readonly epochMs: number
  /** Outcomes and failures in the window, to be shown; they are not restored. */
  readonly calls: number
  readonly failures: number
}
