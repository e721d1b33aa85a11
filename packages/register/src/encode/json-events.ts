import { SeverityNumber } from '@opentelemetry/api'
import { ATTRIBUTES as A, EVENTS } from '@plimsoll/semconv'
import { hrTime, putEventFields, type HeldEvent } from '@plimsoll/telemetry'
import { JsonFields } from './json-fields.ts'
import { unixNano } from './unix-nano.ts'

/** Writes an event as OTLP JSON, letter for letter as OpenTelemetry's serialiser does. */
export function jsonEvents(runId: string): (event: HeldEvent) => string {
  const fields = new JsonFields()
  return ({ id, severity, record, epochMs, spanContext }) => {
    // What an event that could not be written left behind.
    fields.take()
    fields.put(A.runId, runId)
    putEventFields(record, fields)
    const time = unixNano(hrTime(epochMs))
    const span =
      spanContext === undefined
        ? ''
        : `,"flags":${spanContext.traceFlags & 0xff},"traceId":"${spanContext.traceId}","spanId":"${spanContext.spanId}"`
    return `{"timeUnixNano":"${time}","observedTimeUnixNano":"${time}","severityNumber":${SeverityNumber[severity]},"severityText":"${severity}","body":{},"eventName":"${EVENTS[id].name}","attributes":[${fields.take()}],"droppedAttributesCount":0${span}}`
  }
}
