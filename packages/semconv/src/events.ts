import { HOST, POLICY_EFFECTS } from './attribute-groups.ts'
import { ATTRIBUTES as A, type AttributeDefinition } from './attributes.ts'
import { NAMESPACE as NS } from './namespace.ts'

/** An OpenTelemetry event: a LogRecord with an EventName. One event is one row of its table. */
export interface EventDefinition {
  /** EventName. */
  readonly name: string
  /** Name of the table of rows that the events make. */
  readonly table: string
  readonly brief: string
  readonly attributes: readonly AttributeDefinition[]
}

/** Every event that we emit. Timestamp and severity are fields of the LogRecord; the run id is repeated on each so that a row stands alone. */
export const EVENTS = {
  call: {
    name: `${NS}.http.call`,
    table: 'http_events',
    brief: 'A logical call reached its outcome.',
    attributes: [
      A.runId,
      ...HOST,
      A.role,
      A.method,
      A.status,
      A.urlHash,
      A.cacheResult,
      A.fromCache,
      A.revalidated,
      A.stale,
      ...POLICY_EFFECTS,
      A.duration,
      A.errorType,
      A.exceptionMessage,
    ],
  },
  rate: {
    name: `${NS}.rate_limiting.decision`,
    table: 'rate_events',
    brief: 'The limiter decided.',
    attributes: [A.runId, ...HOST, A.source, A.role, A.rateResult, A.rateDelay, A.rateMaxDelay],
  },
  transition: {
    name: `${NS}.circuit_breaker.state_change`,
    table: 'breaker_transitions',
    brief: 'A circuit breaker changed its state.',
    attributes: [
      A.runId,
      ...HOST,
      A.source,
      A.breakerScope,
      A.breakerOldState,
      A.breakerNewState,
      A.breakerResetTimeout,
      A.breakerReason,
      A.breakerFailures,
      A.breakerGeneration,
    ],
  },
  fallbackAttempt: {
    name: `${NS}.fallback.attempt`,
    table: 'fallback_attempts',
    brief: 'A source of a tier was asked, or skipped.',
    attributes: [
      A.runId,
      A.workId,
      A.artifactId,
      A.fallbackTier,
      A.source,
      ...HOST,
      A.fallbackOutcome,
      A.fallbackReason,
      A.status,
      A.duration,
    ],
  },
  configReload: {
    name: `${NS}.config.reload`,
    table: 'config_reloads',
    brief:
      'The configuration was changed while the program ran, and was applied or rejected, whole.',
    attributes: [A.runId, A.reloadResult, A.reloadHosts, A.exceptionMessage],
  },
  runSummary: {
    name: `${NS}.run.summary`,
    table: 'run_summary',
    brief: 'An instance of the run ended.',
    attributes: [A.runId, A.callsStarted, A.callsEnded, A.inFlight, A.duration, A.exitCode],
  },
} as const satisfies Record<string, EventDefinition>

export type EventId = keyof typeof EVENTS
