import type {
  BreakerRecorded,
  BreakerScope,
  BreakerState,
  CacheResult,
  CorruptionReason,
  FallbackOutcome,
  FallbackReason,
  RateResult,
  ReloadResult,
  RetryAfterAction,
  RetryReason,
  RetryResult,
  TransitionReason,
} from '@plimsoll/semconv'

/** What a policy guards. A host has an address; a logical source, or a policy used alone, has a source name. */
export interface Subject {
  /** `server.address`, as the caller named it; the recorder caps how many are told apart. */
  readonly address?: string | undefined
  readonly port?: number | undefined
  /** Name of the logical source. */
  readonly source?: string | undefined
  readonly role?: string | undefined
}

/** One HTTP exchange: one request sent, or refused by the network. */
export interface AttemptRecord {
  readonly kind: 'attempt'
  readonly subject: Subject
  readonly method: string
  readonly status?: number | undefined
  /** Absent when good: 1xx to 3xx. */
  readonly errorType?: string | undefined
  /** Seconds to the response headers. */
  readonly durationS: number
}

/** A logical call began; its end is a {@link CallRecord}. What began and did not end is in flight. */
export interface CallStartRecord {
  readonly kind: 'call_start'
}

/** One logical request as the program sees it, all attempts included. */
export interface CallRecord {
  readonly kind: 'call'
  readonly subject: Subject
  readonly method: string
  readonly status?: number | undefined
  /** Absent when good. A call rescued by a retry or a stale cache entry is good. */
  readonly errorType?: string | undefined
  /** Scrubbed text of the error, for the event only. */
  readonly errorMessage?: string | undefined
  /** HMAC of the normalised URL, for the event and the span only. */
  readonly urlHash?: string | undefined
  /** Absent when no cache is configured. */
  readonly cache?: CacheResult | undefined
  readonly retryCount: number
  readonly retryDelayS: number
  /** The last `Retry-After` that the server sent, in seconds, obeyed or not. */
  readonly retryAfterS?: number | undefined
  readonly retryAfterAction?: RetryAfterAction | undefined
  /** Seconds that limiters imposed, all attempts together. */
  readonly rateDelayS: number
  /** State at the admission of the last attempt, the strictest of the scopes; absent without a breaker. */
  readonly breakerState?: BreakerState | undefined
  readonly breakerRecorded?: BreakerRecorded | undefined
  /** Seconds from the start of the call to the headers of its final response, or to its final error. */
  readonly durationS: number
}

/** A decision of the limiter. `delayS` is what it imposed, or for `blocked` and `head_skipped` what it would have been. */
export interface RateRecord {
  readonly kind: 'rate'
  readonly subject: Subject
  readonly result: RateResult
  readonly delayS: number
  /** Absent when the caller would wait for ever. */
  readonly maxDelayS?: number | undefined
  /** Seconds really spent waiting: less than `delayS` when canceled, zero when refused. */
  readonly waitedS: number
}

/** A request began (+1) or ended (-1) to wait for the limiter. */
export interface RateQueueRecord {
  readonly kind: 'rate_queue'
  readonly subject: Subject
  readonly change: 1 | -1
}

/** A breaker came into being, in `state`, or was given up. */
export interface BreakerLifeRecord {
  readonly kind: 'breaker_life'
  readonly subject: Subject
  readonly scope: BreakerScope
  readonly state: BreakerState
  readonly change: 1 | -1
}

/** What a breaker recorded for one execution. */
export interface BreakerExecutionRecord {
  readonly kind: 'breaker_execution'
  readonly subject: Subject
  readonly scope: BreakerScope
  readonly state: BreakerState
  readonly recorded: BreakerRecorded
}

/** A breaker changed its state. */
export interface BreakerTransitionRecord {
  readonly kind: 'breaker_transition'
  readonly subject: Subject
  readonly scope: BreakerScope
  readonly oldState: BreakerState
  readonly newState: BreakerState
  readonly reason: TransitionReason
  /** Seconds until a probe is admitted; only when `newState` is open. */
  readonly resetTimeoutS?: number | undefined
  readonly failureCount: number
  readonly generation: number
  /** Seconds since the breaker first opened; only when `newState` is closed. */
  readonly openS?: number | undefined
}

/** A decision to retry, or not to. */
export interface RetryRecord {
  readonly kind: 'retry'
  readonly subject: Subject
  readonly reason: RetryReason
  readonly result: RetryResult
  /** Seconds of backoff when scheduled, else 0. */
  readonly delayS: number
}

/** How much of a retry budget is spent, from 0 to 1. */
export interface RetryBudgetRecord {
  readonly kind: 'retry_budget'
  readonly subject: Subject
  readonly utilization: number
}

/** A server asked to wait. */
export interface RetryAfterRecord {
  readonly kind: 'retry_after'
  readonly subject: Subject
  readonly durationS: number
  readonly action: RetryAfterAction
}

/** The HTTP cache answered, or could not. */
export interface CacheRecord {
  readonly kind: 'cache'
  readonly subject: Subject
  readonly result: CacheResult
}

/** A body did not match its declared digest, or ended short of its declared length. */
export interface CorruptionRecord {
  readonly kind: 'corruption'
  readonly subject: Subject
  readonly reason: CorruptionReason
}

/** A source of a tier was asked, or skipped. */
export interface FallbackAttemptRecord {
  readonly kind: 'fallback_attempt'
  /** Address of the host that the source asked last, where it is known. */
  readonly subject: Subject
  readonly workId?: string | undefined
  readonly artifactId?: string | undefined
  readonly tier: string
  readonly source: string
  readonly outcome: FallbackOutcome
  /** Absent on success. */
  readonly reason?: FallbackReason | undefined
  readonly status?: number | undefined
  readonly durationS: number
}

/** A work item was served, or not by any source. */
export interface FallbackRecord {
  readonly kind: 'fallback'
  readonly workId?: string | undefined
  readonly artifactId?: string | undefined
  /** Tier and source that served; absent when all failed. */
  readonly tier?: string | undefined
  readonly source?: string | undefined
  readonly errorType?: string | undefined
  /** Sources that were asked (skipped ones not counted). */
  readonly tried: number
  readonly durationS: number
}

/** The configuration was changed while the program ran. */
export interface ConfigReloadRecord {
  readonly kind: 'config_reload'
  readonly result: ReloadResult
  /** Hosts known to the process whose policies changed; 0 when rejected. */
  readonly changedHosts: number
  /** Scrubbed text of the first problem; absent when applied. */
  readonly problem?: string | undefined
}

/** All that policies say of themselves. */
export type PolicyRecord =
  | AttemptRecord
  | CallStartRecord
  | CallRecord
  | RateRecord
  | RateQueueRecord
  | BreakerLifeRecord
  | BreakerExecutionRecord
  | BreakerTransitionRecord
  | RetryRecord
  | RetryBudgetRecord
  | RetryAfterRecord
  | CacheRecord
  | CorruptionRecord
  | FallbackAttemptRecord
  | FallbackRecord
  | ConfigReloadRecord
