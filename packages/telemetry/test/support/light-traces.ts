import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { SCOPE_NAME } from '@plimsoll/semconv'
import {
  AttributeSink,
  createLightTracing,
  type FinishedSpan,
  type LightTracingOptions,
  type Tracing,
} from '../../src/index.ts'
import { named } from './sdk-logs.ts'
import type { ToldSpan } from './sdk-traces.ts'

/** Light tracing, and the spans that it handed over in the order of their ends. */
export function lightTraces(options: Partial<LightTracingOptions> = {}): {
  tracing: Tracing
  spans: FinishedSpan[]
  told: () => ToldSpan[]
} {
  const spans: FinishedSpan[] = []
  const tracer = new TracerProvider().getTracer('')
  const tracing = createLightTracing({
    sampling: { parentBased: true, ratio: 1 },
    take: (span) => spans.push(span),
    add: (name) => tracer.startSpan(name, { root: true }),
    ...options,
  })
  return { tracing, spans, told: () => spans.map(toldSpan) }
}

function toldSpan(span: FinishedSpan): ToldSpan {
  const sink = new AttributeSink()
  span.putStart(sink)
  span.putEnd(sink)
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    status: { code: span.failed ? SpanStatusCode[2] : SpanStatusCode[0] },
    scope: SCOPE_NAME,
    events: 0,
    attributes: named(sink.attributes),
  }
}
