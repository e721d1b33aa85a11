import {
  errorTypeOf,
  isPlimsollError,
  networkCodeOf,
  retryReasonOf,
  type Verdict,
} from '@plimsoll/policies'
import { ATTRIBUTES, ERROR_TYPES, type RetryReason } from '@plimsoll/semconv'

/**
 * What a status says about the health of the host: 5xx and 408 are failures; 429 is none, since a host that counts its
 * guests works, and no success either; all else is an answer.
 */
export function verdictOfStatus(
  status: number,
  failureStatuses: ReadonlySet<number> | undefined,
): Verdict {
  if (failureStatuses !== undefined) return failureStatuses.has(status) ? 'failure' : 'success'
  if (status >= 500 || status === 408) return 'failure'
  return status === 429 ? 'ignored' : 'success'
}

/** Value of `error.type` for a status; absent for what is no error of the client's or the server's. */
export function errorTypeOfStatus(status: number): string | undefined {
  return status >= 400 ? String(status) : undefined
}

/** Value of `error.type` for a call that its caller gave up: by a clock, or by a will. */
export function errorTypeOfAbort(reason: unknown): string {
  const type = errorTypeOf(reason)
  return type === ERROR_TYPES.timeout || type === ERROR_TYPES.deadline ? type : ERROR_TYPES.aborted
}

/** Value of `error.type` for a request whose own body failed, whatever that was made of: that may be another host's answer. */
export function errorTypeOfOwnBody(error: unknown): string {
  return errorTypeOf(error) === ERROR_TYPES.aborted
    ? ERROR_TYPES.aborted
    : ERROR_TYPES.invalidRequest
}

/** undici's codes for a request that the program made so that it cannot be sent. */
const UNSENDABLE: ReadonlySet<unknown> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
])

/** Whether an error says that the request cannot be sent, which is not the host's fault. Fetch wraps what it is told. */
export function isInvalidRequest(error: unknown): boolean {
  const told = error instanceof TypeError && error.cause !== undefined ? error.cause : error
  return told instanceof Error && 'code' in told && UNSENDABLE.has(told.code)
}

/** Whether the caller called off what it asked for, and did not merely run out of time. */
export function calledOff(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && errorTypeOfAbort(signal.reason) === ERROR_TYPES.aborted
}

/** Why an error before the response headers is worth another attempt; undefined for one that will not pass by itself. */
export function retryReasonOfError(error: unknown): RetryReason | undefined {
  if (isPlimsollError(error)) {
    return error.code === 'ERR_PLIMSOLL_TIMEOUT' ? 'timeout' : undefined
  }
  // Certificates and broken HTTP stay as they are; a connection may fare better the next time.
  if (networkCodeOf(error) === undefined) return undefined
  const reason = retryReasonOf(error)
  return reason === 'other' ? undefined : reason
}

/** The same for a status that is worth another attempt. */
export function retryReasonOfStatus(status: number): RetryReason {
  if (status === 429) return '429'
  if (status === 408) return 'timeout'
  return status >= 500 ? '5xx' : 'other'
}

const METHODS: ReadonlySet<string> = new Set(ATTRIBUTES.method.values)

/** A method as records name it: whatever the standards do not know may be anything, a secret included. */
export function shownMethod(method: string): string {
  return METHODS.has(method) ? method : ERROR_TYPES.other
}
