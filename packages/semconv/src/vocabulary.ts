/** The closed sets of values: one result vocabulary, in metrics, events and tables alike. */

/** RFC 9110 and RFC 5789. */
export const METHODS = [
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
  '_OTHER',
] as const
export const CACHE_RESULTS = [
  'bypass',
  'miss',
  'hit',
  'revalidated',
  'stale_while_revalidate',
  'stale_if_error',
  'stale_max_stale',
] as const
export const RATE_RESULTS = ['acquired', 'blocked', 'canceled', 'head_skipped'] as const
export const BREAKER_SCOPES = ['host', 'resolver'] as const
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const
export const BREAKER_RECORDED = ['success', 'failure', 'ignored', 'not_permitted', 'late'] as const
export const TRANSITION_REASONS = [
  'failure_rate',
  'consecutive_failures',
  'reset_timeout',
  'probe_succeeded',
  'probe_failed',
  'probe_expired',
  'forced',
  'restored',
] as const
export const RETRY_REASONS = ['429', '5xx', 'connect', 'timeout', 'reset', 'dns', 'other'] as const
export const RETRY_RESULTS = [
  'scheduled',
  'exhausted',
  'budget_exhausted',
  'not_retryable',
  'retry_after_over_cap',
  'deadline',
  'aborted',
] as const
export const RETRY_AFTER_ACTIONS = ['honoured', 'over_cap', 'ignored'] as const
export const FALLBACK_OUTCOMES = ['success', 'failure', 'skipped', 'rejected'] as const
export const FALLBACK_REASONS = [
  'breaker_open',
  'rate_limited',
  'retry_exhausted',
  'budget_exhausted',
  'deadline',
  'timeout',
  'http_4xx',
  'http_5xx',
  'not_found',
  'network',
  'dns',
  'invalid_content',
  'canceled',
  'not_tried',
] as const
export const CORRUPTION_REASONS = ['digest', 'length'] as const
export const LOSS_REASONS = [
  'size_cap',
  'write_failed',
  'export_failed',
  'queue_full',
  'terminated',
] as const
export const RELOAD_RESULTS = ['applied', 'rejected'] as const
export const SIGNALS = ['metrics', 'traces', 'logs'] as const

export type CacheResult = (typeof CACHE_RESULTS)[number]
export type RateResult = (typeof RATE_RESULTS)[number]
export type BreakerScope = (typeof BREAKER_SCOPES)[number]
export type BreakerState = (typeof BREAKER_STATES)[number]
export type BreakerRecorded = (typeof BREAKER_RECORDED)[number]
export type TransitionReason = (typeof TRANSITION_REASONS)[number]
export type RetryReason = (typeof RETRY_REASONS)[number]
export type RetryResult = (typeof RETRY_RESULTS)[number]
export type RetryAfterAction = (typeof RETRY_AFTER_ACTIONS)[number]
export type FallbackOutcome = (typeof FALLBACK_OUTCOMES)[number]
export type FallbackReason = (typeof FALLBACK_REASONS)[number]
export type CorruptionReason = (typeof CORRUPTION_REASONS)[number]
export type LossReason = (typeof LOSS_REASONS)[number]
export type ReloadResult = (typeof RELOAD_RESULTS)[number]
export type Signal = (typeof SIGNALS)[number]
