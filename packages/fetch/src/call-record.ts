import {
  errorTypeOf,
  type CacheRecord,
  type CallRecord,
  type RetryTally,
  type Subject,
} from '@plimsoll/policies'
import { ERROR_TYPES } from '@plimsoll/semconv'
import type { CallState } from './call-state.ts'
import { isTooLongToHold } from './url.ts'
import {
  errorTypeOfAbort,
  errorTypeOfOwnBody,
  errorTypeOfStatus,
  isInvalidRequest,
  shownMethod,
} from './verdict.ts'

/** How a call ended. */
export type Ending = { readonly status: number } | { readonly error: unknown }

/** Value of `error.type` for a call; absent when it is good. */
function errorTypeOfEnding(
  ending: Ending,
  { signal, bodyBroke, exchanges }: MeasuredState,
): string | undefined {
  if ('status' in ending) return errorTypeOfStatus(ending.status)
  const { error } = ending
  if (signal?.aborted === true && error === signal.reason) return errorTypeOfAbort(error)
  if (bodyBroke) return errorTypeOfOwnBody(error)
  if (isIntegrityMismatch(error)) return ERROR_TYPES.corruptBody
  const type = errorTypeOf(error)
  if (type !== ERROR_TYPES.other) return type
  // Fetch says TypeError both of a request that cannot be sent and of a network that failed without a code.
  if (isInvalidRequest(error)) return ERROR_TYPES.invalidRequest
  if (error instanceof TypeError)
    return exchanges > 0 ? ERROR_TYPES.network : ERROR_TYPES.invalidRequest
  return type
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

/** A call, as far as it stands in its record: what it asked for, and what the layers below learnt. */
export type MeasuredState = Pick<
  CallState,
  | 'signal'
  | 'bodyBroke'
  | 'exchanges'
  | 'rateDelayMs'
  | 'cache'
  | 'breakerState'
  | 'breakerRecorded'
> & {
  readonly subject: Subject
  readonly method: string
  /** Undefined when it could not be read. Nobody changes it any more. */
  readonly asked: URL | string | undefined
}

type Hash = (url: URL | string) => string

/** What a call that is over reports of itself. */
export function callRecord(
  call: MeasuredState,
  ending: Ending,
  durationMs: number,
  hash: Hash,
  tally: RetryTally = NO_RETRIES,
): CallRecord {
  return new MeasuredCall(call, ending, durationMs, hash, tally)
}

/**
 * The record of a call. A class, because a getter in an object literal costs microseconds each time; and it keeps nothing
 * of the call itself, whose answer may be large, because it may be read seconds later.
 */
class MeasuredCall implements CallRecord {
  readonly kind = 'call'
  readonly subject: Subject
  readonly method: string
  readonly status: number | undefined
  readonly errorType: string | undefined
  readonly cache: CallRecord['cache']
  readonly retryCount: number
  readonly retryDelayS: number
  readonly retryAfterS: number | undefined
  readonly retryAfterAction: CallRecord['retryAfterAction']
  readonly rateDelayS: number
  readonly breakerState: CallRecord['breakerState']
  readonly breakerRecorded: CallRecord['breakerRecorded']
  readonly durationS: number
  readonly #hash: Hash
  #url: URL | string | undefined
  #urlHash: string | undefined

  constructor(
    call: MeasuredState,
    ending: Ending,
    durationMs: number,
    hash: Hash,
    { retryCount, retryDelayMs, lastRetryAfterMs, lastAction }: RetryTally,
  ) {
    const { asked } = call
    this.subject = call.subject
    this.method = shownMethod(call.method)
    this.status = 'status' in ending ? ending.status : undefined
    this.errorType = errorTypeOfEnding(ending, call)
    this.cache = call.cache
    this.retryCount = retryCount
    this.retryDelayS = retryDelayMs / 1_000
    this.retryAfterS = lastRetryAfterMs === undefined ? undefined : lastRetryAfterMs / 1_000
    this.retryAfterAction = lastAction
    this.rateDelayS = call.rateDelayMs / 1_000
    this.breakerState = call.breakerState
    this.breakerRecorded = call.breakerRecorded
    this.durationS = durationMs / 1_000
    this.#hash = hash
    this.#url = asked
    this.#urlHash = undefined
    if (asked !== undefined && isTooLongToHold(typeof asked === 'string' ? asked : asked.href)) {
      this.#makeHash()
    }
  }

  /** The dearest part, and only events and spans want it: made when one asks. */
  get urlHash(): string | undefined {
    if (this.#url !== undefined) this.#makeHash()
    return this.#urlHash
  }

  #makeHash(): void {
    this.#urlHash = this.#url && this.#hash(this.#url)
    this.#url = undefined
  }
}

/** How the cache answered, where it was asked. */
export function cacheRecord(call: CallState, subject: Subject): CacheRecord | undefined {
  return call.cache === undefined ? undefined : { kind: 'cache', subject, result: call.cache }
}
