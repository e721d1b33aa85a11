import { ERROR_TYPES, type ErrorCode, type RetryReason } from '@plimsoll/semconv'
import { causesOf, errorTypeOf, isPlimsollError, networkCodeOf } from '../error.ts'
import type { Outcome } from '../policy.ts'
import { retryAfterOf, statusOf } from '../status.ts'
import type { RetryDecision } from './options.ts'

/**
 * The default decision. An error is tried again when it may pass: a network error, a timeout, an HTTP status 408, 429 or
 * 5xx but 501, a corrupt body, and any other error but those that stay as they are: an abort, a refusal by another policy
 * of ours, another 4xx, a mistake of the program (`TypeError` and its like). Returned values are not tried again.
 */
export function decideRetry(outcome: Outcome): RetryDecision | undefined {
  if (!('error' in outcome)) return undefined
  const { error } = outcome
  if (!mayPass(error)) return undefined
  return { reason: retryReasonOf(error), retryAfterMs: retryAfterOf(error) }
}

/** The class of an error, for records. */
export function retryReasonOf(error: unknown): RetryReason {
  const status = statusOf(error)
  if (status === 429) return '429'
  if (status !== undefined && status >= 500) return '5xx'
  if (status === 408) return 'timeout'
  const code = networkCodeOf(error)
  if (code !== undefined) return REASON_OF_CODE[code] ?? 'other'
  return errorTypeOf(error) === ERROR_TYPES.timeout ? 'timeout' : 'other'
}

const REASON_OF_CODE: Readonly<Record<string, RetryReason>> = {
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EHOSTDOWN: 'connect',
  ENETDOWN: 'connect',
  EADDRNOTAVAIL: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CLOSED: 'reset',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
}

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'ERR_PLIMSOLL_TIMEOUT',
  'ERR_PLIMSOLL_CORRUPT_BODY',
])
const MISTAKES = [TypeError, ReferenceError, SyntaxError, RangeError, URIError, EvalError]

function mayPass(error: unknown): boolean {
  const own = causesOf(error).find((cause) => isPlimsollError(cause))
  if (own !== undefined) return PASSING.has(own.code)
  const status = statusOf(error)
  if (status !== undefined) {
    return status === 408 || status === 429 || (status >= 500 && status !== 501)
  }
  const type = errorTypeOf(error)
  if (type === ERROR_TYPES.aborted) return false
  // fetch tells network errors as TypeErrors, with the real one as cause.
  if (networkCodeOf(error) !== undefined || type === ERROR_TYPES.timeout) return true
  return !MISTAKES.some((mistake) => error instanceof mistake)
}
