import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { FinishedSpan, HeldEvent } from '@plimsoll/telemetry'
import { encodeAll, encodeEach, type Encoded } from './encoded.ts'
import { envelopeOf, inEnvelope, itemsOf, type Envelope } from './envelope.ts'
import { jsonEvents } from './json-events.ts'
import { jsonSpans } from './json-spans.ts'
import { ANY_EVENT, ANY_SPAN } from './specimens.ts'
import { sdkEvent, sdkSpan } from './sdk-shape.ts'

/** Writes OTLP requests in one of its forms. None of its methods throws. */
export interface Encoder {
  spans(spans: readonly FinishedSpan[]): Encoded
  events(events: readonly HeldEvent[]): Encoded
  /** What the program told the SDK. */
  sdkSpans(spans: readonly ReadableSpan[]): Encoded
  sdkEvents(events: readonly ReadableLogRecord[]): Encoded
  metrics(metrics: ResourceMetrics): Encoded
}

/** Protobuf, all of it by OpenTelemetry's serialisers. */
export function protobufEncoder(resource: Resource, runId: string): Encoder {
  const traces = ProtobufTraceSerializer
  const logs = ProtobufLogsSerializer
  return {
    ...sdkEncoder(traces, logs, ProtobufMetricsSerializer),
    spans: (spans) =>
      encodeEach(
        spans,
        (span) => sdkSpan(span, resource),
        (written) => traces.serializeRequest(written),
      ),
    events: (events) =>
      encodeEach(
        events,
        (event) => sdkEvent(event, resource, runId),
        (written) => logs.serializeRequest(written),
      ),
  }
}

/** JSON. Spans and events of ours are written as text: files hold them, some of each call of the program. */
export function jsonEncoder(resource: Resource, runId: string): Encoder {
  const traces = JsonTraceSerializer
  const logs = JsonLogsSerializer
  const spanText = jsonSpans()
  const eventText = jsonEvents(runId)
  const aroundSpans = once(() =>
    envelopeOf('spans', (copies) =>
      traces.serializeRequest(copies.map(() => sdkSpan(ANY_SPAN, resource))),
    ),
  )
  const aroundEvents = once(() =>
    envelopeOf('logRecords', (copies) =>
      logs.serializeRequest(copies.map(() => sdkEvent(ANY_EVENT, resource, runId))),
    ),
  )
  // What the program added to a span may be anything that the SDK takes.
  const addedText = (span: FinishedSpan): string =>
    itemsOf(traces.serializeRequest([sdkSpan(span, resource)]), aroundSpans())
  return {
    ...sdkEncoder(traces, logs, JsonMetricsSerializer),
    spans: (spans) =>
      encodeEach(
        spans,
        (span) => (span.added === undefined ? spanText(span) : addedText(span)),
        (written) => inEnvelope(written, aroundSpans()),
      ),
    events: (events) =>
      encodeEach(events, eventText, (written) => inEnvelope(written, aroundEvents())),
  }
}

function sdkEncoder(
  traces: typeof JsonTraceSerializer,
  logs: typeof JsonLogsSerializer,
  metrics: typeof JsonMetricsSerializer,
): Pick<Encoder, 'sdkSpans' | 'sdkEvents' | 'metrics'> {
  return {
    sdkSpans: (spans) => encodeAll(spans.length, () => traces.serializeRequest([...spans])),
    sdkEvents: (events) => encodeAll(events.length, () => logs.serializeRequest([...events])),
    metrics: (collected) =>
      encodeAll(pointsIn(collected), () => metrics.serializeRequest(collected)),
  }
}

function pointsIn({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
}

/** Made when there is something to write. */
function once(make: () => Envelope): () => Envelope {
  let made: Envelope | undefined
  return () => (made ??= make())
}
