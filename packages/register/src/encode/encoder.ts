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
import { eachOf, encodeAll, encodeShaped, encodeTogether, type Encoded } from './encoded.ts'
import { envelopeOf, itemsOf, type Envelope } from './envelope.ts'
import { JsonBytes } from './json-bytes.ts'
import { eventWriter } from './json-events.ts'
import { writeSpan } from './json-spans.ts'
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
      encodeShaped(
        spans,
        (span) => sdkSpan(span, resource),
        (written) => traces.serializeRequest(written),
      ),
    events: (events) =>
      encodeShaped(
        events,
        (event) => sdkEvent(event, resource, runId),
        (written) => logs.serializeRequest(written),
      ),
  }
}

/** JSON. Spans and events of ours are written straight to bytes: files hold them, some of each call of the program. */
export function jsonEncoder(resource: Resource, runId: string): Encoder {
  const traces = JsonTraceSerializer
  const logs = JsonLogsSerializer
  const bytes = new JsonBytes()
  const writeEvent = eventWriter(runId, bytes)
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
  const spanTo = (span: FinishedSpan): void => {
    if (span.added === undefined) writeSpan(span, bytes)
    // What the program added may be anything that the SDK takes.
    else bytes.json(itemsOf(traces.serializeRequest([sdkSpan(span, resource)]), aroundSpans()))
  }
  return {
    ...sdkEncoder(traces, logs, JsonMetricsSerializer),
    spans: (spans) => encodeInto(bytes, aroundSpans, spans, spanTo),
    events: (events) => encodeInto(bytes, aroundEvents, events, writeEvent),
  }
}

function encodeInto<Item>(
  bytes: JsonBytes,
  around: () => Envelope,
  items: readonly Item[],
  writeItem: (item: Item) => void,
): Encoded {
  const { head, tail } = around()
  bytes.cutTo(0)
  bytes.json(head)
  const start = bytes.length
  const { written, faults } = eachOf(items, (item) => {
    const before = bytes.length
    try {
      if (before > start) bytes.ascii(',')
      writeItem(item)
    } catch (error) {
      bytes.cutTo(before)
      throw error
    }
  })
  bytes.json(tail)
  const body = written === 0 ? undefined : bytes.take()
  return { body, items: written, lost: faults.length, faults }
}

function sdkEncoder(
  traces: typeof JsonTraceSerializer,
  logs: typeof JsonLogsSerializer,
  metrics: typeof JsonMetricsSerializer,
): Pick<Encoder, 'sdkSpans' | 'sdkEvents' | 'metrics'> {
  return {
    sdkSpans: (spans) => encodeTogether(spans, (written) => traces.serializeRequest(written)),
    sdkEvents: (events) => encodeTogether(events, (written) => logs.serializeRequest(written)),
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
