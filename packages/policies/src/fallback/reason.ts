import { ERROR_TYPES, type ErrorCode, type FallbackReason } from '@plimsoll/semconv'
import { causesOf, errorTypeOf, isPlimsollError, networkCodeOf } from '../error.ts'
import { statusOf } from '../status.ts'

const REASON_OF_CODE: Partial<Record<ErrorCode, FallbackReason>> = {
  ERR_PLIMSOLL_CIRCUIT_OPEN: 'breaker_open',
  ERR_PLIMSOLL_RATE_LIMITED: 'rate_limited',
  ERR_PLIMSOLL_TIMEOUT: 'timeout',
  ERR_PLIMSOLL_DEADLINE: 'deadline',
  ERR_PLIMSOLL_CORRUPT_BODY: 'invalid_content',
}

const DNS_CODES: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'])
const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/**
 * Why a source that threw `error` did not serve: by our own code, by an HTTP status in `status`, by a network code of Node
 * or undici, by the name of an abort or a timeout, through causes too. What else a source throws is its verdict on what it
 * got: `invalid_content`.
 */
export function reasonOf(error: unknown): FallbackReason {
  try {
    return classOf(error)
  } catch {
    // A getter of a foreign error threw.
    return 'invalid_content'
  }
}

function classOf(error: unknown): FallbackReason {
  for (const cause of causesOf(error)) {
    const own = isPlimsollError(cause) ? REASON_OF_CODE[cause.code] : undefined
    if (own !== undefined) return own
    const status = statusOf(cause)
    if (status !== undefined && status >= 400) return reasonOfStatus(status)
  }
  const code = networkCodeOf(error)
  if (code !== undefined) return reasonOfNetwork(code)
  const type = errorTypeOf(error)
  if (type === ERROR_TYPES.timeout) return 'timeout'
  if (type === ERROR_TYPES.aborted) return 'canceled'
  // fetch tells a failed exchange as a TypeError with a cause.
  return error instanceof TypeError && error.cause !== undefined ? 'network' : 'invalid_content'
}

function reasonOfStatus(status: number): FallbackReason {
  if (status === 404 || status === 410) return 'not_found'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'http_5xx' : 'http_4xx'
}

function reasonOfNetwork(code: string): FallbackReason {
  if (DNS_CODES.has(code)) return 'dns'
  return TIMEOUT_CODES.has(code) ? 'timeout' : 'network'
}
