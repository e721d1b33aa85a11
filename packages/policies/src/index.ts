export { circuitBreaker, type CircuitBreaker } from './breaker/breaker.ts'
export { classifyOutcome } from './breaker/classify.ts'
export {
  BREAKER_DEFAULTS,
  checkBreakerOptions,
  type BreakerNumbers,
  type BreakerOptions,
  type Verdict,
} from './breaker/options.ts'
export type { BreakerSnapshot, OutcomeDetail, Permit, Rejection } from './breaker/state.ts'
export { createAlarm, startTimer, systemClock, type Alarm, type Clock } from './clock.ts'
export {
  errorTypeOf,
  isPlimsollError,
  networkCodeOf,
  PlimsollError,
  type PlimsollErrorOptions,
} from './error.ts'
export {
  callable,
  duration,
  durationOrInfinity,
  fields,
  formatPath,
  having,
  listOf,
  nameHint,
  nearest,
  numberIn,
  oneOf,
  OptionError,
  positiveDuration,
  text,
  type Check,
  type NumberRange,
  type OptionPath,
} from './options.ts'
export { pipe } from './pipe.ts'
export type { Call, CallContext, Outcome, Policy, PolicyOptions } from './policy.ts'
export type {
  AttemptRecord,
  BreakerExecutionRecord,
  BreakerLifeRecord,
  BreakerTransitionRecord,
  CacheRecord,
  CallRecord,
  CallStartRecord,
  ConfigReloadRecord,
  CorruptionRecord,
  FallbackAttemptRecord,
  FallbackRecord,
  PolicyRecord,
  RateQueueRecord,
  RateRecord,
  RetryAfterRecord,
  RetryBudgetRecord,
  RetryRecord,
  Subject,
} from './record.ts'
export { guarded, installRecorder, processRecorder, type Recorder } from './recorder.ts'
export {
  retryBudget,
  checkRetryBudgetOptions,
  RETRY_BUDGET_DEFAULTS,
  type RetryBudget,
  type RetryBudgetNumbers,
  type RetryBudgetOptions,
  type RollingRetryBudget,
} from './retry/budget.ts'
export { decideRetry, retryReasonOf } from './retry/decide.ts'
export {
  checkRetryOptions,
  RETRY_DEFAULTS,
  type RetryDecision,
  type RetryNotice,
  type RetryNumbers,
  type RetryOptions,
} from './retry/options.ts'
export { retry, type Retry } from './retry/retry.ts'
export type { RetryRun, RetryTally } from './retry/state.ts'
export { retryAfterOf, statusOf } from './status.ts'
export { TimeLimit, TimeLine } from './time-line.ts'
export { deadline } from './timeout/deadline.ts'
export {
  checkDeadlineOptions,
  checkTimeoutOptions,
  type DeadlineOptions,
  type TimeoutOptions,
} from './timeout/options.ts'
export { timeout } from './timeout/timeout.ts'
export { rateLimiter, type RateLimiter } from './limiter/limiter.ts'
export {
  checkLimiterOptions,
  LIMITER_DEFAULTS,
  type LimiterNumbers,
  type LimiterOptions,
  type LimiterUpdate,
} from './limiter/options.ts'
export type {
  Acquired,
  AcquireRequest,
  LimiterState,
  RateRequest,
  Refusal,
  Reservation,
} from './limiter/request.ts'
export type { Booking, RateStore } from './limiter/store.ts'
export { FallbackExhaustedError } from './fallback/exhausted.ts'
export { fallback, type Fallback, type FallbackResult } from './fallback/fallback.ts'
export {
  checkFallbackOptions,
  type FallbackOptions,
  type FallbackRunOptions,
  type Source,
  type SourceContext,
  type SourceReport,
  type Tier,
} from './fallback/options.ts'
export { reasonOf } from './fallback/reason.ts'
export { localRateStore, type LocalRateStoreOptions } from './limiter/local-store.ts'
