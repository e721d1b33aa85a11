import { hrTime, type FinishedSpan } from '@plimsoll/telemetry'
import { JsonFields } from './json-fields.ts'
import { momentAfter, unixNano } from './unix-nano.ts'

// Of OTLP's span flags: whether it is known if the parent is of another process, and whether it is.
const PARENT_KNOWN = 0x100
const PARENT_REMOTE = 0x200

/** Writes a span to which the program added nothing as OTLP JSON, letter for letter as OpenTelemetry's serialiser does. */
export function jsonSpans(): (span: FinishedSpan) => string {
  const fields = new JsonFields()
  return (span) => {
    const { parent, traceState } = span
    // What a span that could not be written left behind.
    fields.take()
    span.putStart(fields)
    span.putEnd(fields)
    const parentId = parent === undefined ? '' : `,"parentSpanId":"${parent.spanId}"`
    const state =
      traceState === undefined ? '' : `,"traceState":${JSON.stringify(traceState.serialize())}`
    const flags = 1 | PARENT_KNOWN | (parent?.isRemote === true ? PARENT_REMOTE : 0)
    const start = unixNano(hrTime(span.startMs))
    const end = unixNano(momentAfter(span.startMs, span.durationMs))
    // Kinds and states are one more in OTLP, which has a zero for "not said".
    return `{"traceId":"${span.traceId}","spanId":"${span.spanId}"${parentId}${state},"name":${JSON.stringify(span.name)},"kind":${span.kind + 1},"startTimeUnixNano":"${start}","endTimeUnixNano":"${end}","attributes":[${fields.take()}],"droppedAttributesCount":0,"events":[],"droppedEventsCount":0,"status":{"code":${span.failed ? 2 : 0}},"links":[],"droppedLinksCount":0,"flags":${flags}}`
  }
}
