import { NAMESPACE as NS } from './namespace.ts'

/** An attribute: its key, its type and, where its values are a closed set, that set. */
export interface AttributeDefinition {
  readonly key: string
  readonly type: 'string' | 'int' | 'double' | 'boolean'
  readonly brief: string
  /** The closed set of values; absent where the set is bounded by configuration or by a cap, or is unbounded. */
  readonly values?: readonly string[]
  /** Whether the attribute may stand on a metric: its values are bounded for the life of the process. */
  readonly onMetrics: boolean
  /** `otel` is defined by the OpenTelemetry semantic conventions, `plimsoll` by this table. */
  readonly origin: 'otel' | 'plimsoll'
}

const otel = { origin: 'otel' } as const
const ours = { origin: 'plimsoll' } as const
const bounded = { onMetrics: true } as const
const unbounded = { onMetrics: false } as const
const string = { type: 'string' } as const

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
export const LOSS_REASONS = ['size_cap', 'write_failed', 'export_failed', 'queue_full'] as const
export const SIGNALS = ['metrics', 'traces', 'logs'] as const

/** Every attribute that we put on a resource, metric, span or event. Keys are unique. */
export const ATTRIBUTES = {
  serviceName: {
    key: 'service.name',
    brief: 'Name of the program.',
    ...string,
    ...otel,
    ...bounded,
  },
  serviceVersion: {
    key: 'service.version',
    brief: 'Version of the program.',
    ...string,
    ...otel,
    ...bounded,
  },
  serviceInstanceId: {
    key: 'service.instance.id',
    brief: 'A UUID for each process and worker.',
    ...string,
    ...otel,
    ...bounded,
  },
  runId: {
    key: `${NS}.run.id`,
    brief: 'One execution of a program, all its processes and workers.',
    ...string,
    ...ours,
    ...bounded,
  },
  method: {
    key: 'http.request.method',
    brief: 'HTTP method; one that RFC 9110 and RFC 5789 do not name is `_OTHER`.',
    values: [
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
    ],
    ...string,
    ...otel,
    ...bounded,
  },
  status: {
    key: 'http.response.status_code',
    brief: 'HTTP status; absent when no response came.',
    type: 'int',
    ...otel,
    ...bounded,
  },
  resendCount: {
    key: 'http.request.resend_count',
    brief: 'Ordinal of a re-sent attempt, redirects included.',
    type: 'int',
    ...otel,
    ...unbounded,
  },
  serverAddress: {
    key: 'server.address',
    brief: 'Host; the first hosts up to the cap, then `_OTHER`.',
    ...string,
    ...otel,
    ...bounded,
  },
  serverPort: {
    key: 'server.port',
    brief: 'Port; absent when the host is `_OTHER`.',
    type: 'int',
    ...otel,
    ...bounded,
  },
  urlFull: {
    key: 'url.full',
    brief: 'URL without userinfo, query values replaced unless allowed.',
    ...string,
    ...otel,
    ...unbounded,
  },
  errorType: {
    key: 'error.type',
    brief: 'A code of the error-type table, an HTTP status or an error code; absent when good.',
    ...string,
    ...otel,
    ...bounded,
  },
  exceptionMessage: {
    key: 'exception.message',
    brief: 'Error text, scrubbed of URLs and secrets.',
    ...string,
    ...otel,
    ...unbounded,
  },
  role: {
    key: `${NS}.role`,
    brief: 'What the call is for, from the configuration.',
    ...string,
    ...ours,
    ...bounded,
  },
  urlHash: {
    key: `${NS}.url.hash`,
    brief: 'HMAC-SHA-256 of the normalised URL, 128 bits in hex, keyed per installation.',
    ...string,
    ...ours,
    ...unbounded,
  },
  duration: {
    key: `${NS}.duration`,
    brief: 'Seconds on the monotonic clock.',
    type: 'double',
    ...ours,
    ...unbounded,
  },
  cacheResult: {
    key: `${NS}.cache.result`,
    brief: 'How the HTTP cache answered.',
    values: CACHE_RESULTS,
    ...string,
    ...ours,
    ...bounded,
  },
  fromCache: {
    key: `${NS}.cache.from_cache`,
    brief: 'The body came from the cache.',
    type: 'boolean',
    ...ours,
    ...unbounded,
  },
  revalidated: {
    key: `${NS}.cache.revalidated`,
    brief: 'The origin confirmed the entry by a 304.',
    type: 'boolean',
    ...ours,
    ...unbounded,
  },
  stale: {
    key: `${NS}.cache.stale`,
    brief: 'The entry was stale when it was used.',
    type: 'boolean',
    ...ours,
    ...unbounded,
  },
  retryCount: {
    key: `${NS}.retry.count`,
    brief: 'Retries of the call; redirects do not count.',
    type: 'int',
    ...ours,
    ...unbounded,
  },
  retryDelay: {
    key: `${NS}.retry.delay`,
    brief: 'Seconds of backoff in the call.',
    type: 'double',
    ...ours,
    ...unbounded,
  },
  retryReason: {
    key: `${NS}.retry.reason`,
    brief: 'Why a retry was considered.',
    values: RETRY_REASONS,
    ...string,
    ...ours,
    ...bounded,
  },
  retryResult: {
    key: `${NS}.retry.result`,
    brief: 'What was decided.',
    values: RETRY_RESULTS,
    ...string,
    ...ours,
    ...bounded,
  },
  retryAfter: {
    key: `${NS}.retry_after`,
    brief: 'Seconds that the server last asked to wait, obeyed or not.',
    type: 'double',
    ...ours,
    ...unbounded,
  },
  retryAfterAction: {
    key: `${NS}.retry_after.action`,
    brief: 'What became of the request to wait.',
    values: RETRY_AFTER_ACTIONS,
    ...string,
    ...ours,
    ...bounded,
  },
  rateResult: {
    key: `${NS}.rate_limiting.result`,
    brief: 'What the limiter decided.',
    values: RATE_RESULTS,
    ...string,
    ...ours,
    ...bounded,
  },
  rateDelay: {
    key: `${NS}.rate_limiting.delay`,
    brief: 'Seconds that the limiter imposed.',
    type: 'double',
    ...ours,
    ...unbounded,
  },
  rateMaxDelay: {
    key: `${NS}.rate_limiting.max_delay`,
    brief: 'Seconds that the caller would wait at most.',
    type: 'double',
    ...ours,
    ...unbounded,
  },
  breakerScope: {
    key: `${NS}.circuit_breaker.scope`,
    brief: 'What the breaker guards: a host, or a resolver (a logical source).',
    values: BREAKER_SCOPES,
    ...string,
    ...ours,
    ...bounded,
  },
  breakerState: {
    key: `${NS}.circuit_breaker.state`,
    brief: 'State at admission.',
    values: BREAKER_STATES,
    ...string,
    ...ours,
    ...bounded,
  },
  breakerRecorded: {
    key: `${NS}.circuit_breaker.recorded`,
    brief: 'What the breaker recorded for the call.',
    values: BREAKER_RECORDED,
    ...string,
    ...ours,
    ...bounded,
  },
  breakerOldState: {
    key: `${NS}.circuit_breaker.state.old`,
    brief: 'State before the change.',
    values: BREAKER_STATES,
    ...string,
    ...ours,
    ...bounded,
  },
  breakerNewState: {
    key: `${NS}.circuit_breaker.state.new`,
    brief: 'State after the change.',
    values: BREAKER_STATES,
    ...string,
    ...ours,
    ...bounded,
  },
  breakerResetTimeout: {
    key: `${NS}.circuit_breaker.reset_timeout`,
    brief: 'Seconds until an open breaker admits a probe.',
    type: 'double',
    ...ours,
    ...unbounded,
  },
  breakerReason: {
    key: `${NS}.circuit_breaker.reason`,
    brief: 'Why the state changed.',
    values: TRANSITION_REASONS,
    ...string,
    ...ours,
    ...unbounded,
  },
  breakerFailures: {
    key: `${NS}.circuit_breaker.failure_count`,
    brief: 'Failures in the window when the state changed.',
    type: 'int',
    ...ours,
    ...unbounded,
  },
  breakerGeneration: {
    key: `${NS}.circuit_breaker.generation`,
    brief: 'Ordinal of the state; a result of an older one is late.',
    type: 'int',
    ...ours,
    ...unbounded,
  },
  fallbackTier: {
    key: `${NS}.fallback.tier`,
    brief: 'Name of the tier, from the configuration; `none` when all failed.',
    ...string,
    ...ours,
    ...bounded,
  },
  source: {
    key: `${NS}.fallback.source`,
    brief: 'Name of the logical source, from the configuration.',
    ...string,
    ...ours,
    ...bounded,
  },
  fallbackOutcome: {
    key: `${NS}.fallback.outcome`,
    brief: 'What became of the attempt.',
    values: FALLBACK_OUTCOMES,
    ...string,
    ...ours,
    ...bounded,
  },
  fallbackReason: {
    key: `${NS}.fallback.reason`,
    brief: 'Why the source did not serve; absent on success.',
    values: FALLBACK_REASONS,
    ...string,
    ...ours,
    ...bounded,
  },
  workId: {
    key: `${NS}.work.id`,
    brief: 'The work item, given by the program.',
    ...string,
    ...ours,
    ...unbounded,
  },
  artifactId: {
    key: `${NS}.artifact.id`,
    brief: 'The artifact asked for, given by the program.',
    ...string,
    ...ours,
    ...unbounded,
  },
  corruptionReason: {
    key: `${NS}.corruption.reason`,
    brief: 'How the body was corrupt: a wrong digest, or short of its length.',
    values: CORRUPTION_REASONS,
    ...string,
    ...ours,
    ...bounded,
  },
  signal: {
    key: `${NS}.telemetry.signal`,
    brief: 'The OpenTelemetry signal.',
    values: SIGNALS,
    ...string,
    ...ours,
    ...bounded,
  },
  lossReason: {
    key: `${NS}.telemetry.reason`,
    brief: 'Why telemetry was lost.',
    values: LOSS_REASONS,
    ...string,
    ...ours,
    ...bounded,
  },
  inFlight: {
    key: `${NS}.run.calls_in_flight`,
    brief: 'Calls without an outcome at the end of the run.',
    type: 'int',
    ...ours,
    ...unbounded,
  },
  callsStarted: {
    key: `${NS}.run.calls_started`,
    brief: 'Calls that the instance began.',
    type: 'int',
    ...ours,
    ...unbounded,
  },
  callsEnded: {
    key: `${NS}.run.calls_ended`,
    brief: 'Calls that the instance saw to their outcome.',
    type: 'int',
    ...ours,
    ...unbounded,
  },
  exitCode: {
    key: 'process.exit.code',
    brief: 'Exit code of the process.',
    type: 'int',
    ...otel,
    ...unbounded,
  },
} as const satisfies Record<string, AttributeDefinition>

export type AttributeName = keyof typeof ATTRIBUTES

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
export type Signal = (typeof SIGNALS)[number]
