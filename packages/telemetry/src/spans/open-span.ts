import {
  context,
  propagation,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type TextMapSetter,
} from '@opentelemetry/api'
import type { FaultReport } from '../diagnostics.ts'
import { AttributeSink, type FieldSink } from '../fields.ts'

/** What ends a span: a record that says how it went. */
export interface Outcome {
  readonly errorType?: string | undefined
}

/** A span of ours between its start and its end. None of its methods harms the call that it observes. */
export interface OpenSpan<Record extends Outcome> {
  /** Runs `fn` with the span as the active one and hands back what it returns, or lets through what it throws. */
  run<T>(fn: () => T): T
  /** Sets what the record says, and status ERROR where it has an error; ends the span. A second end does nothing. */
  end(record: Record): void
  /** The headers by which the next service joins the trace, see {@link TraceHeaders}. */
  headers(): TraceHeaders | undefined
}

/** What the propagator that is registered with the API writes; undefined where it writes nothing. */
export interface TraceHeaders {
  readonly [name: string]: string
}

/** Stands for a span where nobody listens; the active context, if any, goes on through it. */
export function unheardSpan(report: FaultReport): OpenSpan<Outcome> {
  return {
    run: (fn) => fn(),
    end: () => {},
    headers: () => inject(undefined, report),
  }
}

/** A span that the tracer started, with the context in which it is the active one. */
export function heardSpan<Record extends Outcome>(
  span: Span,
  parent: Context,
  putEnd: (record: Record, to: FieldSink) => void,
  report: FaultReport,
): OpenSpan<Record> {
  const own = trace.setSpan(parent, span)
  let ended = false
  return {
    run: (fn) => runWithin(own, fn, report),
    end: (record) => {
      if (ended) return
      ended = true
      try {
        if (span.isRecording()) {
          const fields = new AttributeSink()
          putEnd(record, fields)
          span.setAttributes(fields.attributes)
        }
        if (record.errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      } catch (error) {
        report('ending a span', error)
      }
    },
    headers: () => inject(own, report),
  }
}

/** Runs `fn` in a context. A context manager that throws must neither lose the call nor run it twice, and what the call throws is its own. */
export function runWithin<T>(own: Context, fn: () => T, report: FaultReport): T {
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined
  try {
    context.with(own, () => {
      // Some run it twice, or later: the call is made once.
      outcome ??= settle(fn)
    })
  } catch (error) {
    report('activating a span', error)
  }
  outcome ??= settle(fn)
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

function settle<T>(fn: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: fn() }
  } catch (error) {
    return { error }
  }
}

interface Carrier {
  [name: string]: string
}

const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/u
const FIELD_VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/u
/** Fields by which a connection is kept: with another value the request would not go out, or go elsewhere. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** Keeps what can be sent: a header that is none, or two in one, would fail the call that is only to be traced. */
const fieldSetter: TextMapSetter<Carrier> = {
  set(headers, name: unknown, value: unknown) {
    if (typeof name !== 'string' || typeof value !== 'string') return
    if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) return
    if (!OF_THE_CONNECTION.has(name.toLowerCase())) headers[name] = value
  },
}

/** Nothing was written to it yet, as is mostly so without an SDK: it need not be made for each request. */
let spare: Carrier | undefined

/** The headers that the propagator registered with the API gives for a context, or for the active one. */
export function inject(from: Context | undefined, report: FaultReport): TraceHeaders | undefined {
  const headers = spare ?? {}
  // A propagator may itself make a request.
  spare = undefined
  try {
    propagation.inject(from ?? context.active(), headers, fieldSetter)
  } catch (error) {
    report('injecting the trace context', error)
  }
  if (Object.keys(headers).length > 0) return headers
  spare = headers
  return undefined
}
