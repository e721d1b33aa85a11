import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import { named } from './sdk-logs.ts'

/** A span as a reader sees it, all of it but its ids and times. */
export interface ToldSpan {
  readonly name: string
  readonly kind: string
  readonly status: object
  readonly scope: string
  readonly events: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A tracer provider of the SDK, and the spans that it exported in the order of their ends. */
export function sdkTraces(sampler?: Sampler): {
  provider: TracerProvider
  spans: () => ReadableSpan[]
  told: () => ToldSpan[]
} {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(sampler === undefined ? {} : { sampler }),
  })
  return {
    provider,
    spans: () => exporter.getFinishedSpans(),
    told: () => exporter.getFinishedSpans().map(toldSpan),
  }
}

function toldSpan(span: ReadableSpan): ToldSpan {
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    status: { ...span.status, code: SpanStatusCode[span.status.code] },
    scope: span.instrumentationScope.name,
    events: span.events.length,
    attributes: named(span.attributes),
  }
}
