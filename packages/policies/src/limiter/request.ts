import { durationOrInfinity, numberIn, type Check } from '../options.ts'
import type { Subject } from '../record.ts'

/** What somebody asks of a limiter. */
export interface RateRequest {
  /** The longest wait in milliseconds. @default the limiter's `maxDelayMs` */
  readonly maxDelayMs?: number | undefined
  /** How many requests this one counts for, above 0 and at most `burst`. @default 1 */
  readonly cost?: number | undefined
  /** A probe, such as a HEAD request: refused, it is recorded as skipped, not as blocked. @default false */
  readonly probe?: boolean | undefined
  /** For the records, instead of the limiter's own. */
  readonly subject?: Subject | undefined
}

export interface AcquireRequest extends RateRequest {
  readonly signal?: AbortSignal | undefined
  /** On the limiter's clock: a wait that would end later is refused with `ERR_PLIMSOLL_DEADLINE`. @default Infinity */
  readonly deadlineMs?: number | undefined
}

/** Leave to go in `delayMs`; its holder owes the limiter one `commit` or `cancel`. */
export interface Reservation {
  readonly granted: true
  /** Milliseconds from now to the moment that is reserved. */
  readonly delayMs: number
  /** It goes; not before `delayMs` are over. */
  commit(): void
  /** It does not go. What it would have used is free again, as far as those who came later were not promised their moment. */
  cancel(): void
}

/** Nothing was reserved: the wait would be longer than allowed. */
export interface Refusal {
  readonly granted: false
  readonly result: 'blocked' | 'head_skipped'
  /** Milliseconds that the wait would have been. */
  readonly delayMs: number
}

/** How long somebody waited. */
export interface Acquired {
  /** Milliseconds that the limiter imposed, as known before the wait. */
  readonly delayMs: number
  /** Milliseconds that it took: less when somebody before left, more when a pause came. */
  readonly waitedMs: number
}

/** How busy a limiter is. */
export interface LimiterState {
  /** Requests that wait now. */
  readonly queued: number
  /** Milliseconds that a request which came now would have to wait, whether it may or not. */
  readonly delayMs: number
}

/** {@link RateRequest} with nothing left open. */
export interface Terms {
  readonly maxDelayMs: number
  readonly costMs: number
  readonly probe: boolean
  readonly subject: Subject
}

export interface TermsDefaults {
  readonly maxDelayMs: number
  readonly intervalMs: number
  readonly burst: number
  readonly subject: Subject
}

/** Reads a request. @throws {OptionError} for a wait or a cost that cannot be */
export function termsOf(request: RateRequest, defaults: TermsDefaults): Terms {
  const { maxDelayMs = defaults.maxDelayMs, cost = 1, probe = false, subject } = request
  if (!(maxDelayMs >= 0)) durationOrInfinity(maxDelayMs, ['request', 'maxDelayMs'])
  if (!(cost > 0 && cost <= defaults.burst)) costIn(defaults.burst)(cost, ['request', 'cost'])
  return {
    maxDelayMs,
    costMs: cost * defaults.intervalMs,
    probe,
    subject: subject ?? defaults.subject,
  }
}

function costIn(burst: number): Check {
  return numberIn({ above: 0, atMost: burst, unit: 'requests of the burst' })
}
