import { ERROR_TYPES, NETWORK_CODES, type ErrorCode } from '@plimsoll/semconv'

const brand: unique symbol = Symbol.for('plimsoll.error')

const TYPE_OF_CODE: Partial<Record<ErrorCode, string>> = {
  ERR_PLIMSOLL_OPTION_INVALID: ERROR_TYPES.invalidRequest,
  ERR_PLIMSOLL_CIRCUIT_OPEN: ERROR_TYPES.circuitOpen,
  ERR_PLIMSOLL_RATE_LIMITED: ERROR_TYPES.rateLimited,
  ERR_PLIMSOLL_TIMEOUT: ERROR_TYPES.timeout,
  ERR_PLIMSOLL_DEADLINE: ERROR_TYPES.deadline,
  ERR_PLIMSOLL_FALLBACK_EXHAUSTED: ERROR_TYPES.exhausted,
  ERR_PLIMSOLL_CORRUPT_BODY: ERROR_TYPES.corruptBody,
}

export interface PlimsollErrorOptions {
  /** Value of `error.type`. @default the one that belongs to the code */
  readonly errorType?: string | undefined
  /** Milliseconds after which it is worth asking again, where that is known. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/**
 * Every error of ours. Match on `code`, which is API, not on the message; `isPlimsollError` also knows those of another
 * copy of this package.
 */
export class PlimsollError extends Error {
  override readonly name: string = 'PlimsollError'
  readonly [brand] = true
  readonly code: ErrorCode
  /** Value of the attribute `error.type`. */
  readonly errorType: string
  /** Milliseconds after which it is worth asking again; undefined where that is not known. */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: PlimsollErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.errorType = options.errorType ?? TYPE_OF_CODE[code] ?? ERROR_TYPES.other
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Whether `error` is ours, and has this `code` if one is given. True for errors of another copy of this package too. */
export function isPlimsollError(error: unknown, code?: ErrorCode): error is PlimsollError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || ('code' in error && error.code === code)
}

// A chain of causes may be long, or a ring.
const DEPTH = 5

/** `error` and its causes, outermost first, at most five. */
export function causesOf(error: unknown): object[] {
  const chain: object[] = []
  let link = error
  while (chain.length < DEPTH && typeof link === 'object' && link !== null) {
    chain.push(link)
    link = 'cause' in link ? link.cause : undefined
  }
  return chain
}

/** The first code of `error` and its causes that is in the table of network codes. */
export function networkCodeOf(error: unknown): string | undefined {
  for (const link of causesOf(error)) {
    if ('code' in link && typeof link.code === 'string' && NETWORK_CODES.has(link.code)) {
      return link.code
    }
  }
  return undefined
}

/**
 * The value of `error.type` for `error`, out of a closed set: that of a {@link PlimsollError}, `aborted`, `timeout`, a
 * network code of Node or undici, else `_OTHER`. Looks through `cause`. Never a message, never throws.
 */
export function errorTypeOf(error: unknown): string {
  try {
    for (const link of causesOf(error)) {
      if (isPlimsollError(link)) return link.errorType
      const name = 'name' in link ? link.name : undefined
      if (name === 'AbortError') return ERROR_TYPES.aborted
      if (name === 'TimeoutError') return ERROR_TYPES.timeout
    }
    return networkCodeOf(error) ?? ERROR_TYPES.other
  } catch {
    // A getter of a foreign error threw; its type is as unknown as it can be.
    return ERROR_TYPES.other
  }
}
