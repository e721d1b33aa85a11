import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { AttemptRecord, CallRecord, FallbackRecord } from '@plimsoll/policies'
import { ATTRIBUTES as A } from '@plimsoll/semconv'
import { closedErrorType } from '../labels/error-type.ts'

/** What a call's span learns when the call ends. */
export function callAttributes(record: CallRecord): Attributes {
  return present([
    [A.status.key, record.status],
    [A.urlHash.key, record.urlHash],
    [A.cacheResult.key, record.cache],
    [A.retryCount.key, record.retryCount],
    [A.retryDelay.key, record.retryDelayS],
    [A.retryAfter.key, record.retryAfterS],
    [A.retryAfterAction.key, record.retryAfterAction],
    [A.rateDelay.key, record.rateDelayS],
    [A.breakerState.key, record.breakerState],
    [A.breakerRecorded.key, record.breakerRecorded],
    [A.errorType.key, closedErrorType(record.errorType)],
  ])
}

/** What an attempt's span learns when the response headers, or an error, arrive. */
export function attemptAttributes(record: AttemptRecord): Attributes {
  return present([
    [A.status.key, record.status],
    [A.errorType.key, closedErrorType(record.errorType)],
  ])
}

/** What the span of a work item learns when it was served, or was not. */
export function fallbackAttributes(record: FallbackRecord): Attributes {
  return present([
    [A.fallbackTier.key, record.tier],
    [A.source.key, record.source],
    [A.fallbackTried.key, record.tried],
    [A.errorType.key, closedErrorType(record.errorType)],
  ])
}

/** The attributes that have a value: an absent field is an absent attribute. */
export function present(
  entries: readonly (readonly [key: string, value: AttributeValue])[],
): Attributes {
  const attributes: Attributes = {}
  for (const [key, value] of entries) if (value !== undefined) attributes[key] = value
  return attributes
}
