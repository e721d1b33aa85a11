import { fieldsOf, lastOf } from './protobuf-fields.ts'

/** Codes of gRPC by number. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

type GrpcCode = (typeof CODES)[number]

/** Answers after which OTLP/gRPC says to try again. */
const RETRYABLE: ReadonlySet<GrpcCode> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
])

/** What a server said in its trailers. */
export interface GrpcStatus {
  readonly code: GrpcCode
  /** Whether the same request may be taken later. */
  readonly isRetryable: boolean
  /** Milliseconds to wait before, where the server names them (`google.rpc.RetryInfo`). */
  readonly retryAfterMs: number | undefined
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** The status in trailers, or in headers that are all there is; undefined where there is none. */
export function readStatus(headers: Headers): GrpcStatus | undefined {
  const number = textOf(headers['grpc-status'])
  if (number === undefined) return undefined
  const code = (/^\d+$/u.test(number) ? CODES[Number(number)] : undefined) ?? 'UNKNOWN'
  const retryAfterMs = retryDelay(textOf(headers['grpc-status-details-bin']))
  return {
    code,
    // Exhausted for good (a quota, a request too large), unless the server says when it is not.
    isRetryable:
      RETRYABLE.has(code) || (code === 'RESOURCE_EXHAUSTED' && retryAfterMs !== undefined),
    retryAfterMs,
  }
}

/** What an answer of HTTP without a status of gRPC amounts to (gRPC, "HTTP to gRPC Status Code Mapping"). */
export function statusOfHttp(status: number): GrpcStatus {
  const codes: Readonly<Record<number, GrpcCode>> = {
    400: 'INTERNAL',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'UNIMPLEMENTED',
    429: 'UNAVAILABLE',
    502: 'UNAVAILABLE',
    503: 'UNAVAILABLE',
    504: 'UNAVAILABLE',
  }
  const code = codes[status] ?? 'UNKNOWN'
  return { code, isRetryable: RETRYABLE.has(code), retryAfterMs: undefined }
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

/** `google.rpc.Status` holds details in field 3, each an `Any`; that of RetryInfo holds a Duration in field 1. */
function retryDelay(details: string | undefined): number | undefined {
  if (details === undefined) return undefined
  try {
    for (const [number, detail] of fieldsOf(Buffer.from(details, 'base64'))) {
      if (number !== 3 || !(detail instanceof Uint8Array)) continue
      const any = fieldsOf(detail)
      const [type, value] = [lastOf(any, 1), lastOf(any, 2)]
      if (!(type instanceof Uint8Array && value instanceof Uint8Array)) continue
      if (new TextDecoder().decode(type) !== RETRY_INFO) continue
      const duration = lastOf(fieldsOf(value), 1)
      if (!(duration instanceof Uint8Array)) return 0
      const parts = fieldsOf(duration)
      const [seconds = 0, nanos = 0] = [lastOf(parts, 1), lastOf(parts, 2)]
      const ms = Number(seconds) * 1_000 + Number(nanos) / 1e6
      return ms >= 0 && ms < 2 ** 31 ? ms : undefined
    }
  } catch (error) {
    // Not what it should be: the code itself says what matters.
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.at(-1)
}
