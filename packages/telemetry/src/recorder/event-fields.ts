import type {
  BreakerTransitionRecord,
  CallRecord,
  ConfigReloadRecord,
  FallbackAttemptRecord,
  RateRecord,
  Subject,
} from '@plimsoll/policies'
import { ATTRIBUTES as A, type CacheResult } from '@plimsoll/semconv'
import { putPolicyFields } from '../call-fields.ts'
import type { FieldSink } from '../fields.ts'
import { closedErrorType } from '../labels/error-type.ts'
import { closedMethod } from '../labels/method.ts'

/** What an instance says of itself when it ends. */
interface RunSummary {
  readonly kind: 'run_summary'
  readonly callsStarted: number
  readonly callsEnded: number
  readonly durationS: number
  readonly exitCode: number | undefined
}

/** Records that are told as events, one row of a table each. */
export type EventRecord =
  | CallRecord
  | RateRecord
  | BreakerTransitionRecord
  | FallbackAttemptRecord
  | ConfigReloadRecord
  | RunSummary

/** The row of a record, column by column. */
export function putEventFields(record: EventRecord, to: FieldSink): void {
  switch (record.kind) {
    case 'call':
      return putCall(record, to)
    case 'rate':
      return putRate(record, to)
    case 'breaker_transition':
      return putTransition(record, to)
    case 'fallback_attempt':
      return putFallbackAttempt(record, to)
    case 'config_reload':
      return putReload(record, to)
    case 'run_summary':
      return putSummary(record, to)
  }
}

function putCall(record: CallRecord, to: FieldSink): void {
  const { subject } = record
  putHost(subject, to)
  to.put(A.role, subject.role)
  to.put(A.method, closedMethod(record.method))
  to.put(A.status, record.status)
  to.put(A.urlHash, record.urlHash)
  if (record.cache !== undefined) putCache(record.cache, to)
  putPolicyFields(record, to)
  to.put(A.duration, record.durationS)
  to.put(A.errorType, closedErrorType(record.errorType))
  to.put(A.exceptionMessage, record.errorMessage)
}

// The three booleans are for readers of rows; the result says all that they say.
function putCache(result: CacheResult, to: FieldSink): void {
  const stale = result.startsWith('stale_')
  to.put(A.cacheResult, result)
  to.put(A.fromCache, stale || result === 'hit' || result === 'revalidated')
  to.put(A.revalidated, result === 'revalidated')
  to.put(A.stale, stale)
}

function putRate(record: RateRecord, to: FieldSink): void {
  const { subject } = record
  putHost(subject, to)
  to.put(A.source, subject.source)
  to.put(A.role, subject.role)
  to.put(A.rateResult, record.result)
  to.put(A.rateDelay, record.delayS)
  to.put(A.rateMaxDelay, record.maxDelayS)
}

function putTransition(record: BreakerTransitionRecord, to: FieldSink): void {
  putHost(record.subject, to)
  to.put(A.source, record.subject.source)
  to.put(A.breakerScope, record.scope)
  to.put(A.breakerOldState, record.oldState)
  to.put(A.breakerNewState, record.newState)
  to.put(A.breakerResetTimeout, record.resetTimeoutS)
  to.put(A.breakerReason, record.reason)
  to.put(A.breakerFailures, record.failureCount)
  to.put(A.breakerGeneration, record.generation)
}

function putFallbackAttempt(record: FallbackAttemptRecord, to: FieldSink): void {
  to.put(A.workId, record.workId)
  to.put(A.artifactId, record.artifactId)
  to.put(A.fallbackTier, record.tier)
  to.put(A.source, record.source)
  putHost(record.subject, to)
  to.put(A.fallbackOutcome, record.outcome)
  to.put(A.fallbackReason, record.reason)
  to.put(A.status, record.status)
  to.put(A.duration, record.durationS)
}

function putReload(record: ConfigReloadRecord, to: FieldSink): void {
  to.put(A.reloadResult, record.result)
  to.put(A.reloadHosts, record.changedHosts)
  to.put(A.exceptionMessage, record.problem)
}

function putSummary(record: RunSummary, to: FieldSink): void {
  to.put(A.callsStarted, record.callsStarted)
  to.put(A.callsEnded, record.callsEnded)
  to.put(A.inFlight, record.callsStarted - record.callsEnded)
  to.put(A.duration, record.durationS)
  to.put(A.exitCode, record.exitCode)
}

function putHost({ address, port }: Subject, to: FieldSink): void {
  to.put(A.serverAddress, address)
  to.put(A.serverPort, port)
}
