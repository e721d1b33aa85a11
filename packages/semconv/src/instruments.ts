import { HOST } from './attribute-groups.ts'
import { ATTRIBUTES as A, type AttributeDefinition } from './attributes.ts'
import { NAMESPACE as NS } from './namespace.ts'

export type InstrumentKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram'

/** A metric: from this table derive the code, the docs, the dashboards and the PromQL names. */
export interface InstrumentDefinition {
  /** OpenTelemetry name, dotted. */
  readonly name: string
  readonly kind: InstrumentKind
  /** UCUM unit, `s` or `1`, or an annotation such as `{call}`. */
  readonly unit: string
  readonly brief: string
  readonly attributes: readonly AttributeDefinition[]
  /** Explicit bucket boundaries of a histogram, in its unit. */
  readonly boundaries?: readonly number[]
}

/** OpenTelemetry's advice for `http.client.request.duration`. */
const REQUEST_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const
/** The same, carried on to what retries, waits and tiers can make of a call. */
const CALL_SECONDS = [...REQUEST_SECONDS, 30, 60, 120] as const
/** The bounds at which gRPC A96 counts retries, and one above. */
const RESENDS = [1, 2, 3, 4, 5, 10] as const
/** From a polite second to a ban of an hour. */
const RETRY_AFTER_SECONDS = [1, 5, 15, 60, 300, 900, 3600] as const
/** How long breakers stay open. */
const OPEN_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const

/** Every metric that we emit. A name, once released, is API. */
export const INSTRUMENTS = {
  requestDuration: {
    name: 'http.client.request.duration',
    kind: 'histogram',
    unit: 's',
    brief: 'Duration of one HTTP exchange (an attempt), to its response headers.',
    attributes: [A.method, ...HOST, A.status, A.errorType],
    boundaries: REQUEST_SECONDS,
  },
  callDuration: {
    name: `${NS}.http.call.duration`,
    kind: 'histogram',
    unit: 's',
    brief:
      'Duration of a logical call, cache, waits, redirects and retries included, to the headers of its final response.',
    attributes: [A.method, ...HOST, A.role, A.errorType],
    boundaries: CALL_SECONDS,
  },
  callResends: {
    name: `${NS}.http.call.resends`,
    kind: 'histogram',
    unit: '{resend}',
    brief: 'Retries of a call that had at least one.',
    attributes: [...HOST, A.role],
    boundaries: RESENDS,
  },
  corruptBodies: {
    name: `${NS}.http.corrupt_bodies`,
    kind: 'counter',
    unit: '{body}',
    brief:
      'Response bodies that did not match their declared digest or ended short of their declared length.',
    attributes: [A.corruptionReason],
  },
  retryDelay: {
    name: `${NS}.retry.delay`,
    kind: 'histogram',
    unit: 's',
    brief: 'Total backoff of a call that was retried.',
    attributes: [...HOST, A.role],
    boundaries: CALL_SECONDS,
  },
  retryDecisions: {
    name: `${NS}.retry.decisions`,
    kind: 'counter',
    unit: '{decision}',
    brief: 'Decisions to retry or to give up.',
    attributes: [...HOST, A.source, A.retryReason, A.retryResult],
  },
  retryBudgetUtilization: {
    name: `${NS}.retry.budget.utilization`,
    kind: 'gauge',
    unit: '1',
    brief: 'Share of the retry budget that is spent.',
    attributes: [...HOST, A.source],
  },
  retryAfterDuration: {
    name: `${NS}.retry_after.duration`,
    kind: 'histogram',
    unit: 's',
    brief: 'How long servers asked to wait.',
    attributes: [...HOST, A.retryAfterAction],
    boundaries: RETRY_AFTER_SECONDS,
  },
  cacheLookups: {
    name: `${NS}.cache.lookups`,
    kind: 'counter',
    unit: '{lookup}',
    brief: 'Look-ups in the HTTP cache by how they were answered.',
    attributes: [...HOST, A.role, A.cacheResult],
  },
  rateRequests: {
    name: `${NS}.rate_limiting.requests`,
    kind: 'counter',
    unit: '{request}',
    brief: 'Requests to the limiter by its decision.',
    attributes: [...HOST, A.source, A.role, A.rateResult],
  },
  rateTimeInQueue: {
    name: `${NS}.rate_limiting.request.time_in_queue`,
    kind: 'histogram',
    unit: 's',
    brief: 'Time that a request waited for the limiter.',
    attributes: [...HOST, A.source, A.role, A.rateResult],
    boundaries: [0, ...CALL_SECONDS],
  },
  rateQueued: {
    name: `${NS}.rate_limiting.request.queued`,
    kind: 'updowncounter',
    unit: '{request}',
    brief: 'Requests that wait for the limiter now.',
    attributes: [...HOST, A.source],
  },
  breakerExecutions: {
    name: `${NS}.circuit_breaker.executions`,
    kind: 'counter',
    unit: '{execution}',
    brief: 'Executions by the state at admission and by what was recorded.',
    attributes: [...HOST, A.source, A.breakerScope, A.breakerState, A.breakerRecorded],
  },
  breakerStateChanges: {
    name: `${NS}.circuit_breaker.state_changes`,
    kind: 'counter',
    unit: '{change}',
    brief: 'State changes.',
    attributes: [...HOST, A.source, A.breakerScope, A.breakerOldState, A.breakerNewState],
  },
  breakerCount: {
    name: `${NS}.circuit_breaker.count`,
    kind: 'updowncounter',
    unit: '{circuit_breaker}',
    brief: 'Breakers by their state now; every state is always reported.',
    attributes: [A.breakerScope, A.breakerState],
  },
  breakerOpenDuration: {
    name: `${NS}.circuit_breaker.open.duration`,
    kind: 'histogram',
    unit: 's',
    brief: 'Time from the opening of a breaker to its closing, probes included.',
    attributes: [A.breakerScope],
    boundaries: OPEN_SECONDS,
  },
  fallbackAttempts: {
    name: `${NS}.fallback.attempts`,
    kind: 'counter',
    unit: '{attempt}',
    brief: 'Sources asked or skipped, by outcome and reason.',
    attributes: [A.fallbackTier, A.source, A.fallbackOutcome, A.fallbackReason],
  },
  fallbackDuration: {
    name: `${NS}.fallback.duration`,
    kind: 'histogram',
    unit: 's',
    brief: 'Time from the first source asked to the first that served, by work item.',
    attributes: [A.fallbackTier, A.errorType],
    boundaries: CALL_SECONDS,
  },
  configReloads: {
    name: `${NS}.config.reloads`,
    kind: 'counter',
    unit: '{reload}',
    brief: 'Changes of the configuration while the program ran, by what became of them.',
    attributes: [A.reloadResult],
  },
  runStartTime: {
    name: `${NS}.run.start_time`,
    kind: 'gauge',
    unit: 's',
    brief: 'Unix time at which the instance began.',
    attributes: [],
  },
  runEndTime: {
    name: `${NS}.run.end_time`,
    kind: 'gauge',
    unit: 's',
    brief:
      'Unix time at which the instance ended; exported last, so that its absence shows an incomplete run.',
    attributes: [],
  },
  telemetryLost: {
    name: `${NS}.telemetry.lost`,
    kind: 'counter',
    unit: '{item}',
    brief: 'Data points, spans and events that were recorded and could not be delivered.',
    attributes: [A.signal, A.lossReason],
  },
} as const satisfies Record<string, InstrumentDefinition>

export type InstrumentId = keyof typeof INSTRUMENTS
