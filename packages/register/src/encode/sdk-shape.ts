import {
  SeverityNumber,
  SpanStatusCode,
  type Attributes,
  type SpanStatus,
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { ATTRIBUTES as A, EVENTS, SCOPE_NAME } from '@plimsoll/semconv'
import {
  AttributeSink,
  hrTime,
  putEventFields,
  VERSION,
  type FinishedSpan,
  type HeldEvent,
} from '@plimsoll/telemetry'
import { momentAfter } from './unix-nano.ts'

/** What every span and event of ours stands under. The same object each time: serialisers group by it. */
const SCOPE = { name: SCOPE_NAME, version: VERSION }

/** A span of ours in the shape of the SDK, for the serialisers of OpenTelemetry. */
export function sdkSpan(span: FinishedSpan, resource: Resource): ReadableSpan {
  const { traceId, spanId, traceState } = span
  const added = span.added as ReadableSpan | undefined
  const start = new AttributeSink()
  span.putStart(start)
  const end = new AttributeSink()
  span.putEnd(end)
  const attributes: Attributes = { ...start.attributes, ...added?.attributes, ...end.attributes }
  return {
    name: added?.name ?? span.name,
    kind: span.kind,
    spanContext: () => ({
      traceId,
      spanId,
      traceFlags: 1,
      ...(traceState === undefined ? {} : { traceState }),
    }),
    ...(span.parent === undefined ? {} : { parentSpanContext: span.parent }),
    startTime: hrTime(span.startMs),
    endTime: momentAfter(span.startMs, span.durationMs),
    duration: hrTime(span.durationMs),
    ended: true,
    status: statusOf(span, added?.status),
    attributes,
    events: added?.events ?? [],
    links: added?.links ?? [],
    droppedAttributesCount: added?.droppedAttributesCount ?? 0,
    droppedEventsCount: added?.droppedEventsCount ?? 0,
    droppedLinksCount: added?.droppedLinksCount ?? 0,
    resource,
    instrumentationScope: SCOPE,
  }
}

/** What the program calls good stays so; an error of the call stands before one that it set. */
function statusOf(span: FinishedSpan, added: SpanStatus | undefined): SpanStatus {
  if (added?.code === SpanStatusCode.OK) return added
  if (span.failed) return { code: SpanStatusCode.ERROR }
  return added ?? { code: SpanStatusCode.UNSET }
}

/** An event of ours in the shape of the SDK. */
export function sdkEvent(
  { id, severity, record, epochMs, spanContext }: HeldEvent,
  resource: Resource,
  runId: string,
): ReadableLogRecord {
  const fields = new AttributeSink()
  fields.put(A.runId, runId)
  putEventFields(record, fields)
  const time = hrTime(epochMs)
  return {
    hrTime: time,
    hrTimeObserved: time,
    severityNumber: SeverityNumber[severity],
    severityText: severity,
    body: undefined,
    eventName: EVENTS[id].name,
    attributes: fields.attributes,
    droppedAttributesCount: 0,
    ...(spanContext === undefined ? {} : { spanContext }),
    resource,
    instrumentationScope: SCOPE,
  }
}
