import {
  context,
  isSpanContextValid,
  type Attributes,
  type TracerProvider,
} from '@opentelemetry/api'
import type { AttemptRecord, CallRecord, FallbackRecord } from '@plimsoll/policies'
import { faultReport, type FaultReport } from '../diagnostics.ts'
import { AttributeSink } from '../fields.ts'
import { registeredTracer, tracerOf, type TracerSource } from './tracer.ts'
import {
  heardSpan,
  unheardSpan,
  type OpenSpan,
  type Outcome,
  type TraceHeaders,
} from './open-span.ts'
import { ATTEMPT, CALL, FALLBACK, type SpanDescription } from './span-fields.ts'

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
  /** Redacted: it goes out as it is. A function is asked once, when the span is written, and only if one is. */
  readonly urlFull: string | (() => string)
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
  /** Whether a span that began now would be heard of, or would mark its trace. Where not, who has many calls begins none. */
  heard(): boolean
  /** Headers of a request without a span of its own, by which the next service joins the trace that is active. */
  headers(): TraceHeaders | undefined
  startCall(start: CallStart): OpenSpan<CallRecord>
  startAttempt(start: AttemptStart): OpenSpan<AttemptRecord>
  startFallback(start: FallbackStart): OpenSpan<FallbackRecord>
}

/** Spans of `tracerProvider`; by default of the one registered with the OpenTelemetry API at the time of each span. */
export function createTracing(tracerProvider?: TracerProvider): Tracing {
  const report = faultReport()
  const unheard = unheardSpan(report)
  const source =
    tracerProvider === undefined ? registeredTracer() : guardedTracer(tracerProvider, report)

  function start<Start, Record extends Outcome>(
    kind: SpanDescription<Start, Record>,
    of: Start,
  ): OpenSpan<Record> {
    try {
      const tracer = source()
      if (tracer === undefined) return unheard
      const parent = context.active()
      const options = { kind: kind.kind, attributes: startAttributes(kind, of) }
      const span = tracer.startSpan(kind.name(of), options, parent)
      if (!span.isRecording() && !isSpanContextValid(span.spanContext())) return unheard
      return heardSpan(span, parent, kind.putEnd, report)
    } catch (error) {
      report('starting a span', error)
      return unheard
    }
  }

  const heard = (): boolean => {
    try {
      return source() !== undefined
    } catch {
      // Told when a span is to start.
      return true
    }
  }
  return tracingBy(start, unheard, heard)
}

/** Starts a span of one sort, of where it begins. */
type StartSpan = <Start, Record extends Outcome>(
  description: SpanDescription<Start, Record>,
  of: Start,
) => OpenSpan<Record>

/** Every sort of span, by what starts one of any sort. */
export function tracingBy(
  start: StartSpan,
  unheard: OpenSpan<Outcome>,
  heard: () => boolean,
): Tracing {
  return {
    heard,
    headers: () => unheard.headers(),
    startCall: (call) => start(CALL, call),
    startAttempt: (attempt) => start(ATTEMPT, attempt),
    startFallback: (item) => start(FALLBACK, item),
  }
}

function startAttributes<Start, Record>(
  { putStart }: SpanDescription<Start, Record>,
  of: Start,
): Attributes {
  const fields = new AttributeSink()
  putStart(of, fields)
  return fields.attributes
}

function guardedTracer(provider: TracerProvider, report: FaultReport): TracerSource {
  try {
    return tracerOf(provider)
  } catch (error) {
    report('getting a tracer', error)
    return () => undefined
  }
}
