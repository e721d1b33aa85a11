import {
  context,
  isSpanContextValid,
  SpanKind,
  type Attributes,
  type TracerProvider,
} from '@opentelemetry/api'
import type { AttemptRecord, CallRecord, FallbackRecord } from '@plimsoll/policies'
import { ATTRIBUTES as A, SPANS } from '@plimsoll/semconv'
import { faultReport, type FaultReport } from '../diagnostics.ts'
import { closedMethod, OTHER_METHOD } from '../labels/method.ts'
import { registeredTracer, tracerOf, type TracerSource } from './tracer.ts'
import { heardSpan, unheardSpan, type OpenSpan } from './open-span.ts'
import {
  attemptAttributes,
  callAttributes,
  fallbackAttributes,
  present,
} from './span-attributes.ts'

export interface CallStart {
  readonly method: string
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly role?: string | undefined
}

export interface AttemptStart {
  readonly method: string
  readonly address?: string | undefined
  readonly port?: number | undefined
  /** Redacted already: it goes out as it is. */
  readonly urlFull: string
  /** How often the request was sent before, retries and redirects alike; 0 for the first. */
  readonly resendCount: number
}

export interface FallbackStart {
  readonly workId?: string | undefined
  readonly artifactId?: string | undefined
}

/**
 * The spans of a call. They follow the OpenTelemetry conventions for HTTP clients: the logical call is INTERNAL, each
 * attempt CLIENT and named by its method. No span events. Where no SDK is registered, nothing is done.
 */
export interface Tracing {
  startCall(start: CallStart): OpenSpan<CallRecord>
  startAttempt(start: AttemptStart): OpenSpan<AttemptRecord>
  startFallback(start: FallbackStart): OpenSpan<FallbackRecord>
}

// The conventions' name for the span of a method that they do not know.
const UNKNOWN_METHOD_SPAN = 'HTTP'

/** Spans of `tracerProvider`; by default of the one registered with the OpenTelemetry API at the time of each span. */
export function createTracing(tracerProvider?: TracerProvider): Tracing {
  const report = faultReport()
  const unheard = unheardSpan(report)
  const source =
    tracerProvider === undefined ? registeredTracer() : guardedTracer(tracerProvider, report)

  function start<Start, Record extends { readonly errorType?: string | undefined }>(
    kind: SpanDescription<Start, Record>,
    of: Start,
  ): OpenSpan<Record> {
    try {
      const tracer = source()
      if (tracer === undefined) return unheard
      const parent = context.active()
      const options = { kind: kind.kind, attributes: kind.atStart(of) }
      const span = tracer.startSpan(kind.name(of), options, parent)
      if (!span.isRecording() && !isSpanContextValid(span.spanContext())) return unheard
      return heardSpan(span, parent, kind.atEnd, report)
    } catch (error) {
      report('starting a span', error)
      return unheard
    }
  }

  return {
    startCall: (call) => start(CALL, call),
    startAttempt: (attempt) => start(ATTEMPT, attempt),
    startFallback: (item) => start(FALLBACK, item),
  }
}

function guardedTracer(provider: TracerProvider, report: FaultReport): TracerSource {
  try {
    return tracerOf(provider)
  } catch (error) {
    report('getting a tracer', error)
    return () => undefined
  }
}

interface SpanDescription<Start, Record> {
  readonly kind: SpanKind
  readonly name: (start: Start) => string
  // What samplers may ask for must be there from the start.
  readonly atStart: (start: Start) => Attributes
  readonly atEnd: (record: Record) => Attributes
}

const CALL: SpanDescription<CallStart, CallRecord> = {
  kind: SpanKind.INTERNAL,
  name: () => SPANS.call,
  atStart: callStart,
  atEnd: callAttributes,
}

const ATTEMPT: SpanDescription<AttemptStart, AttemptRecord> = {
  kind: SpanKind.CLIENT,
  name: ({ method }) => (closedMethod(method) === OTHER_METHOD ? UNKNOWN_METHOD_SPAN : method),
  atStart: attemptStart,
  atEnd: attemptAttributes,
}

const FALLBACK: SpanDescription<FallbackStart, FallbackRecord> = {
  kind: SpanKind.INTERNAL,
  name: () => SPANS.fallback,
  atStart: fallbackStart,
  atEnd: fallbackAttributes,
}

function callStart(call: CallStart): Attributes {
  return present([
    [A.method.key, closedMethod(call.method)],
    [A.serverAddress.key, call.address],
    [A.serverPort.key, call.port],
    [A.role.key, call.role],
  ])
}

function attemptStart(attempt: AttemptStart): Attributes {
  return present([
    [A.method.key, closedMethod(attempt.method)],
    [A.serverAddress.key, attempt.address],
    [A.serverPort.key, attempt.port],
    [A.urlFull.key, attempt.urlFull],
    [A.resendCount.key, attempt.resendCount > 0 ? attempt.resendCount : undefined],
  ])
}

function fallbackStart(item: FallbackStart): Attributes {
  return present([
    [A.workId.key, item.workId],
    [A.artifactId.key, item.artifactId],
  ])
}

/** The tracing of the process: spans of the provider that is registered with the API when a span starts. */
export const processTracing: Tracing = createTracing()
