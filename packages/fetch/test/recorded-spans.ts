import { AsyncLocalStorage } from 'node:async_hooks'
import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Context,
  type ContextManager,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api'

/** A span that ended. */
export interface RecordedSpan {
  readonly name: string
  readonly id: string
  readonly parent: string | undefined
  readonly attributes: Attributes
  readonly error: boolean
}

/** Registers a tracer, a context manager and a propagator of a few lines with the OpenTelemetry API, until `stop`. */
export function recordedSpans(): { readonly ended: RecordedSpan[]; stop(): void } {
  const ended: RecordedSpan[] = []
  let ids = 0
  const startSpan = (name: string, options: SpanOptions = {}, parent = context.active()): Span => {
    const id = (++ids).toString(16).padStart(16, '0')
    const attributes: Attributes = { ...options.attributes }
    let error = false
    const span = {
      spanContext: () => ({ traceId: '1'.padStart(32, '0'), spanId: id, traceFlags: 1 }),
      setAttributes: (more: Attributes) => Object.assign(attributes, more),
      setAttribute: (key: string, value: string) => Object.assign(attributes, { [key]: value }),
      setStatus: () => (error = true),
      isRecording: () => true,
      end: () => {
        const above = trace.getSpan(parent)?.spanContext().spanId
        ended.push({ name, id, parent: above, attributes, error })
      },
    }
    return span as unknown as Span
  }
  const tracer = { startSpan, startActiveSpan: () => undefined }
  trace.setGlobalTracerProvider({ getTracer: () => tracer as never })
  context.setGlobalContextManager(contextManager())
  propagation.setGlobalPropagator({
    inject: (from, carrier, setter) => {
      const span = trace.getSpan(from)
      if (span !== undefined) setter.set(carrier, 'x-trace', span.spanContext().spanId)
    },
    extract: (from) => from,
    fields: () => ['x-trace'],
  })
  return {
    ended,
    stop: () => {
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}

function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, fn, self, ...args) => storage.run(active, () => fn.apply(self, args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}
