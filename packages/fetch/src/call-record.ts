import {
  errorTypeOf,
  type CacheRecord,
  type CallRecord,
  type RetryTally,
  type Subject,
} from '@plimsoll/policies'
import { ERROR_TYPES } from '@plimsoll/semconv'
import type { CallState } from './call-state.ts'
import { addressOf, type Target } from './target.ts'
import { errorTypeOfAbort, errorTypeOfStatus, shownMethod } from './verdict.ts'

/** How a call ended. */
export type Ending =
  | { readonly response: { readonly status: number } }
  | { readonly error: unknown }

/** Whom a call asks, as its records name it. */
export function subjectOf(target: Target, role: string | undefined): Subject {
  return { ...addressOf(target), role }
}

/** Value of `error.type` for a call; absent when it is good. */
function errorTypeOfEnding(
  ending: Ending,
  signal: AbortSignal | undefined,
  sent: boolean,
): string | undefined {
  if ('response' in ending) return errorTypeOfStatus(ending.response.status)
  const { error } = ending
  if (signal?.aborted === true && error === signal.reason) return errorTypeOfAbort(error)
  if (isIntegrityMismatch(error)) return ERROR_TYPES.corruptBody
  const type = errorTypeOf(error)
  if (type !== ERROR_TYPES.other) return type
  // Fetch says TypeError both of a request that cannot be sent and of a network that failed without a code.
  if (error instanceof TypeError) return sent ? ERROR_TYPES.network : ERROR_TYPES.invalidRequest
  return isInvalidArgument(error) ? ERROR_TYPES.invalidRequest : type
}

/** undici's word for a request that cannot be sent. */
function isInvalidArgument(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_INVALID_ARG'
}

/** Whether the platform refused a body that has not the digest which the caller gave in `integrity`. */
export function isIntegrityMismatch(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined
  return cause instanceof Error && cause.message === 'integrity mismatch'
}

const NO_RETRIES: RetryTally = {
  retryCount: 0,
  retryDelayMs: 0,
  lastRetryAfterMs: undefined,
  lastAction: undefined,
}

/** What a call that is over reports of itself. */
export function callRecord(
  call: CallState,
  ended: {
    readonly subject: Subject
    readonly method: string
    readonly ending: Ending
    /** Makes the hash of the URL; undefined when the URL could not be read. */
    readonly urlHash: (() => string) | undefined
    readonly tally: RetryTally | undefined
    readonly durationMs: number
  },
): CallRecord {
  const { ending, tally = NO_RETRIES } = ended
  const { lastRetryAfterMs } = tally
  let urlHash: string | undefined
  return {
    kind: 'call',
    subject: ended.subject,
    method: shownMethod(ended.method),
    status: 'response' in ending ? ending.response.status : undefined,
    errorType: errorTypeOfEnding(ending, call.signal, call.exchanges > 0),
    // The dearest part of a record, and only events and spans want it: made when one asks.
    get urlHash() {
      urlHash ??= ended.urlHash?.()
      return urlHash
    },
    cache: call.cache,
    retryCount: tally.retryCount,
    retryDelayS: tally.retryDelayMs / 1_000,
    retryAfterS: lastRetryAfterMs === undefined ? undefined : lastRetryAfterMs / 1_000,
    retryAfterAction: tally.lastAction,
    rateDelayS: call.rateDelayMs / 1_000,
    breakerState: call.breakerState,
    breakerRecorded: call.breakerRecorded,
    durationS: ended.durationMs / 1_000,
  }
}

/** How the cache answered, where it was asked. */
export function cacheRecord(call: CallState, subject: Subject): CacheRecord | undefined {
  return call.cache === undefined ? undefined : { kind: 'cache', subject, result: call.cache }
}
