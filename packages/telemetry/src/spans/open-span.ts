import {
  context,
  defaultTextMapSetter,
  propagation,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
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
  /** The headers by which the next service joins the trace, of the propagator registered with the API; `{}` without one. */
  headers(): { [name: string]: string }
}

/** Stands for a span where nobody listens; the active context, if any, goes on through it. */
export function unheardSpan(report: FaultReport): OpenSpan<Outcome> {
  return {
    run: (fn) => fn(),
    end: () => {},
    headers: () => inject(context.active(), report),
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
      outcome = settle(fn)
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

/** The headers that the propagator registered with the API gives for a context. */
export function inject(from: Context, report: FaultReport): { [name: string]: string } {
  const headers: { [name: string]: string } = {}
  try {
    propagation.inject(from, headers, defaultTextMapSetter)
  } catch (error) {
    report('injecting the trace context', error)
  }
  return headers
}
