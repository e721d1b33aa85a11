import { SpanKind } from '@opentelemetry/api'
import type { AttemptRecord, CallRecord, FallbackRecord } from '@plimsoll/policies'
import { ATTRIBUTES as A, SPANS } from '@plimsoll/semconv'
import { putPolicyFields } from '../call-fields.ts'
import type { FieldSink } from '../fields.ts'
import { closedErrorType } from '../labels/error-type.ts'
import { closedMethod, OTHER_METHOD } from '../labels/method.ts'
import type { AttemptStart, CallStart, FallbackStart } from './tracing.ts'

/** How one sort of span is named, and what it says of where it began and how it ended. */
export interface SpanDescription<Start, Record> {
  readonly kind: SpanKind
  readonly name: (start: Start) => string
  /** What samplers may ask for: it is known from the start. */
  readonly putStart: (start: Start, to: FieldSink) => void
  readonly putEnd: (record: Record, to: FieldSink) => void
  /** Characters of the texts in it that may be of any length. */
  readonly weigh: (start: Start) => number
}

// The conventions' name for the span of a method that they do not know.
const UNKNOWN_METHOD_SPAN = 'HTTP'

/** The logical call, all attempts included. */
export const CALL: SpanDescription<CallStart, CallRecord> = {
  kind: SpanKind.INTERNAL,
  name: () => SPANS.call,
  weigh: () => 0,
  putStart(call, to) {
    to.put(A.method, closedMethod(call.method))
    to.put(A.serverAddress, call.address)
    to.put(A.serverPort, call.port)
    to.put(A.role, call.role)
  },
  putEnd(record, to) {
    to.put(A.status, record.status)
    to.put(A.urlHash, record.urlHash)
    to.put(A.cacheResult, record.cache)
    putPolicyFields(record, to)
    to.put(A.errorType, closedErrorType(record.errorType))
  },
}

/** One exchange, until its response headers or an error arrive. */
export const ATTEMPT: SpanDescription<AttemptStart, AttemptRecord> = {
  kind: SpanKind.CLIENT,
  name: ({ method }) => (closedMethod(method) === OTHER_METHOD ? UNKNOWN_METHOD_SPAN : method),
  weigh: ({ urlFull }) => (typeof urlFull === 'string' ? urlFull.length : 0),
  putStart(attempt, to) {
    const { urlFull, resendCount } = attempt
    to.put(A.method, closedMethod(attempt.method))
    to.put(A.serverAddress, attempt.address)
    to.put(A.serverPort, attempt.port)
    to.put(A.urlFull, typeof urlFull === 'string' ? urlFull : urlFull())
    to.put(A.resendCount, resendCount > 0 ? resendCount : undefined)
  },
  putEnd(record, to) {
    to.put(A.status, record.status)
    to.put(A.errorType, closedErrorType(record.errorType))
  },
}

/** A work item, until it was served or was not. */
export const FALLBACK: SpanDescription<FallbackStart, FallbackRecord> = {
  kind: SpanKind.INTERNAL,
  name: () => SPANS.fallback,
  weigh: ({ workId, artifactId }) => (workId?.length ?? 0) + (artifactId?.length ?? 0),
  putStart(item, to) {
    to.put(A.workId, item.workId)
    to.put(A.artifactId, item.artifactId)
  },
  putEnd(record, to) {
    to.put(A.fallbackTier, record.tier)
    to.put(A.source, record.source)
    to.put(A.fallbackTried, record.tried)
    to.put(A.errorType, closedErrorType(record.errorType))
  },
}
