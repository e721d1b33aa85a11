import { NAMESPACE } from './namespace.ts'
import {
  BREAKER_RECORDED,
  BREAKER_SCOPES,
  BREAKER_STATES,
  CACHE_RESULTS,
  CORRUPTION_REASONS,
  FALLBACK_OUTCOMES,
  FALLBACK_REASONS,
  LOSS_REASONS,
  METHODS,
  RATE_RESULTS,
  RELOAD_RESULTS,
  RETRY_AFTER_ACTIONS,
  RETRY_REASONS,
  RETRY_RESULTS,
  SIGNALS,
  TRANSITION_REASONS,
} from './vocabulary.ts'

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

interface Details {
  readonly type?: AttributeDefinition['type']
  readonly values?: readonly string[]
}

// A label may stand on a metric, a field only on spans and events.
const label = (name: string, brief: string, details?: Details): AttributeDefinition =>
  define(`${NAMESPACE}.${name}`, brief, { onMetrics: true, origin: 'plimsoll' }, details)
const field = (name: string, brief: string, details?: Details): AttributeDefinition =>
  define(`${NAMESPACE}.${name}`, brief, { onMetrics: false, origin: 'plimsoll' }, details)
const otelLabel = (key: string, brief: string, details?: Details): AttributeDefinition =>
  define(key, brief, { onMetrics: true, origin: 'otel' }, details)
const otelField = (key: string, brief: string, details?: Details): AttributeDefinition =>
  define(key, brief, { onMetrics: false, origin: 'otel' }, details)

/** Every attribute that we put on a resource, metric, span or event. Keys are unique. */
export const ATTRIBUTES = {
  serviceName: otelLabel('service.name', 'Name of the program.'),
  serviceVersion: otelLabel('service.version', 'Version of the program.'),
  serviceInstanceId: otelLabel('service.instance.id', 'A UUID for each process and worker.'),
  runId: label('run.id', 'One execution of a program, all its processes and workers.'),
  method: otelLabel(
    'http.request.method',
    'HTTP method; one that RFC 9110 and RFC 5789 do not name is `_OTHER`.',
    { values: METHODS },
  ),
  status: otelLabel('http.response.status_code', 'HTTP status; absent when no response came.', {
    type: 'int',
  }),
  resendCount: otelField(
    'http.request.resend_count',
    'Ordinal of a re-sent attempt, redirects included.',
    { type: 'int' },
  ),
  serverAddress: otelLabel(
    'server.address',
    'Host; on metrics the first hosts up to the cap, then `_OTHER`.',
  ),
  serverPort: otelLabel('server.port', 'Port; on metrics absent when the host is `_OTHER`.', {
    type: 'int',
  }),
  urlFull: otelField('url.full', 'URL without userinfo, query values replaced unless allowed.'),
  errorType: otelLabel(
    'error.type',
    'A code of the error-type table, an HTTP status or an error code; absent when good.',
  ),
  exceptionMessage: otelField('exception.message', 'Error text, scrubbed of URLs and secrets.'),
  role: label('role', 'What the call is for, from the configuration.'),
  urlHash: field(
    'url.hash',
    'HMAC-SHA-256 of the normalised URL, 128 bits in hex, keyed per installation.',
  ),
  duration: field('duration', 'Seconds on the monotonic clock.', { type: 'double' }),
  cacheResult: label('cache.result', 'How the HTTP cache answered.', { values: CACHE_RESULTS }),
  fromCache: field('cache.from_cache', 'The body came from the cache.', { type: 'boolean' }),
  revalidated: field('cache.revalidated', 'The origin confirmed the entry by a 304.', {
    type: 'boolean',
  }),
  stale: field('cache.stale', 'The entry was stale when it was used.', { type: 'boolean' }),
  retryCount: field('retry.count', 'Retries of the call; redirects do not count.', { type: 'int' }),
  retryDelay: field('retry.delay', 'Seconds of backoff in the call.', { type: 'double' }),
  retryReason: label('retry.reason', 'Why a retry was considered.', { values: RETRY_REASONS }),
  retryResult: label('retry.result', 'What was decided.', { values: RETRY_RESULTS }),
  retryAfter: field('retry_after', 'Seconds that the server last asked to wait, obeyed or not.', {
    type: 'double',
  }),
  retryAfterAction: label('retry_after.action', 'What became of the request to wait.', {
    values: RETRY_AFTER_ACTIONS,
  }),
  rateResult: label('rate_limiting.result', 'What the limiter decided.', { values: RATE_RESULTS }),
  rateDelay: field('rate_limiting.delay', 'Seconds that the limiter imposed.', { type: 'double' }),
  rateMaxDelay: field('rate_limiting.max_delay', 'Seconds that the caller would wait at most.', {
    type: 'double',
  }),
  breakerScope: label(
    'circuit_breaker.scope',
    'What the breaker guards: a host, or a resolver (a logical source).',
    { values: BREAKER_SCOPES },
  ),
  breakerState: label('circuit_breaker.state', 'State at admission.', { values: BREAKER_STATES }),
  breakerRecorded: label('circuit_breaker.recorded', 'What the breaker recorded for the call.', {
    values: BREAKER_RECORDED,
  }),
  breakerOldState: label('circuit_breaker.state.old', 'State before the change.', {
    values: BREAKER_STATES,
  }),
  breakerNewState: label('circuit_breaker.state.new', 'State after the change.', {
    values: BREAKER_STATES,
  }),
  breakerResetTimeout: field(
    'circuit_breaker.reset_timeout',
    'Seconds until an open breaker admits a probe.',
    { type: 'double' },
  ),
  breakerReason: field('circuit_breaker.reason', 'Why the state changed.', {
    values: TRANSITION_REASONS,
  }),
  breakerFailures: field(
    'circuit_breaker.failure_count',
    'Failures in the window when the state changed.',
    { type: 'int' },
  ),
  breakerGeneration: field(
    'circuit_breaker.generation',
    'Ordinal of the state; a result of an older one is late.',
    { type: 'int' },
  ),
  fallbackTier: label(
    'fallback.tier',
    'Name of the tier, from the configuration; `none` when all failed.',
  ),
  source: label('fallback.source', 'Name of the logical source, from the configuration.'),
  fallbackOutcome: label('fallback.outcome', 'What became of the attempt.', {
    values: FALLBACK_OUTCOMES,
  }),
  fallbackReason: label('fallback.reason', 'Why the source did not serve; absent on success.', {
    values: FALLBACK_REASONS,
  }),
  fallbackTried: field(
    'fallback.tried',
    'Sources that were asked for a work item; skipped ones do not count.',
    { type: 'int' },
  ),
  workId: field('work.id', 'The work item, given by the program.'),
  artifactId: field('artifact.id', 'The artifact asked for, given by the program.'),
  corruptionReason: label(
    'corruption.reason',
    'How the body was corrupt: a wrong digest, or short of its length.',
    { values: CORRUPTION_REASONS },
  ),
  reloadResult: label('config.reload.result', 'What became of a configuration that was changed.', {
    values: RELOAD_RESULTS,
  }),
  reloadHosts: field(
    'config.reload.hosts',
    'Hosts known to the process whose policies the new configuration changed.',
    { type: 'int' },
  ),
  signal: label('telemetry.signal', 'The OpenTelemetry signal.', { values: SIGNALS }),
  lossReason: label('telemetry.reason', 'Why telemetry was lost.', { values: LOSS_REASONS }),
  metricOverflow: otelLabel(
    'otel.metric.overflow',
    'Marks the one series that takes what came after the cap on series.',
    { type: 'boolean' },
  ),
  inFlight: field('run.calls_in_flight', 'Calls without an outcome at the end of the run.', {
    type: 'int',
  }),
  callsStarted: field('run.calls_started', 'Calls that the instance began.', { type: 'int' }),
  callsEnded: field('run.calls_ended', 'Calls that the instance saw to their outcome.', {
    type: 'int',
  }),
  exitCode: otelField('process.exit.code', 'Exit code of the process.', { type: 'int' }),
} as const satisfies Record<string, AttributeDefinition>

export type AttributeName = keyof typeof ATTRIBUTES

function define(
  key: string,
  brief: string,
  place: Pick<AttributeDefinition, 'onMetrics' | 'origin'>,
  { type = 'string', ...rest }: Details = {},
): AttributeDefinition {
  return { key, type, brief, ...place, ...rest }
}
