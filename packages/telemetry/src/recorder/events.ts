import type {
  BreakerTransitionRecord,
  CallRecord,
  FallbackAttemptRecord,
  RateRecord,
  Subject,
} from '@plimsoll/policies'
import { ATTRIBUTES as A, type CacheResult } from '@plimsoll/semconv'
import { closedErrorType } from '../labels/error-type.ts'
import { closedMethod } from '../labels/method.ts'
import type { EventLog, Fields, Severity } from './event-log.ts'
import type { Handlers } from './handlers.ts'

/** Which records are events, one row of a table each. */
export function events(
  log: EventLog,
): Pick<Handlers, 'call' | 'rate' | 'breaker_transition' | 'fallback_attempt'> {
  return {
    call: (record) => log('call', callSeverity(record), () => callFields(record)),
    rate: (record) => log('rate', rateSeverity(record), () => rateFields(record)),
    breaker_transition: (record) =>
      log('transition', record.newState === 'open' ? 'WARN' : 'INFO', () =>
        transitionFields(record),
      ),
    fallback_attempt: (record) =>
      log('fallbackAttempt', record.outcome === 'success' ? 'INFO' : 'WARN', () =>
        fallbackFields(record),
      ),
  }
}

function callSeverity({ errorType, cache }: CallRecord): Severity {
  return errorType !== undefined || cache === 'stale_if_error' ? 'WARN' : 'INFO'
}

function rateSeverity({ result, delayS }: RateRecord): Severity {
  if (result !== 'acquired') return 'WARN'
  return delayS === 0 ? 'DEBUG' : 'INFO'
}

function callFields(record: CallRecord): Fields {
  return [
    ...hostFields(record.subject),
    [A.role, record.subject.role],
    [A.method, closedMethod(record.method)],
    [A.status, record.status],
    [A.urlHash, record.urlHash],
    ...cacheFields(record.cache),
    [A.retryCount, record.retryCount],
    [A.retryDelay, record.retryDelayS],
    [A.retryAfter, record.retryAfterS],
    [A.retryAfterAction, record.retryAfterAction],
    [A.rateDelay, record.rateDelayS],
    [A.breakerState, record.breakerState],
    [A.breakerRecorded, record.breakerRecorded],
    [A.duration, record.durationS],
    [A.errorType, closedErrorType(record.errorType)],
    [A.exceptionMessage, record.errorMessage],
  ]
}

// The three booleans are for readers of rows; the result says all that they say.
function cacheFields(result: CacheResult | undefined): Fields {
  if (result === undefined) return []
  const stale = result.startsWith('stale_')
  return [
    [A.cacheResult, result],
    [A.fromCache, stale || result === 'hit' || result === 'revalidated'],
    [A.revalidated, result === 'revalidated'],
    [A.stale, stale],
  ]
}

function rateFields(record: RateRecord): Fields {
  return [
    ...hostFields(record.subject),
    [A.source, record.subject.source],
    [A.role, record.subject.role],
    [A.rateResult, record.result],
    [A.rateDelay, record.delayS],
    [A.rateMaxDelay, record.maxDelayS],
  ]
}

function transitionFields(record: BreakerTransitionRecord): Fields {
  return [
    ...hostFields(record.subject),
    [A.source, record.subject.source],
    [A.breakerScope, record.scope],
    [A.breakerOldState, record.oldState],
    [A.breakerNewState, record.newState],
    [A.breakerResetTimeout, record.resetTimeoutS],
    [A.breakerReason, record.reason],
    [A.breakerFailures, record.failureCount],
    [A.breakerGeneration, record.generation],
  ]
}

function fallbackFields(record: FallbackAttemptRecord): Fields {
  return [
    [A.workId, record.workId],
    [A.artifactId, record.artifactId],
    [A.fallbackTier, record.tier],
    [A.source, record.source],
    ...hostFields(record.subject),
    [A.fallbackOutcome, record.outcome],
    [A.fallbackReason, record.reason],
    [A.status, record.status],
    [A.duration, record.durationS],
  ]
}

function hostFields({ address, port }: Subject): Fields {
  return [
    [A.serverAddress, address],
    [A.serverPort, port],
  ]
}
