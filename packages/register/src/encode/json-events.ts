import { SeverityNumber } from '@opentelemetry/api'
import { ATTRIBUTES as A, EVENTS } from '@plimsoll/semconv'
import { hrTime, putEventFields, type HeldEvent } from '@plimsoll/telemetry'
import { JsonBytes } from './json-bytes.ts'
import { unixNano } from './unix-nano.ts'

const TIME = Buffer.from('{"timeUnixNano":"')
const OBSERVED = Buffer.from('","observedTimeUnixNano":"')
const END = Buffer.from('],"droppedAttributesCount":0')

/** Writes events as OTLP JSON, letter for letter as OpenTelemetry's serialiser does. */
export function eventWriter(runId: string, to: JsonBytes): (event: HeldEvent) => void {
  /** All between the times and the first field, by event and severity: there are few of them. */
  const heads = new Map<HeldEvent['id'], Map<HeldEvent['severity'], Uint8Array>>()

  const headOf = ({ id, severity }: HeldEvent): Uint8Array => {
    let ofId = heads.get(id)
    if (ofId === undefined) heads.set(id, (ofId = new Map()))
    let head = ofId.get(severity)
    if (head === undefined) ofId.set(severity, (head = headBytes(id, severity, runId)))
    return head
  }

  return (event) => {
    const { record, spanContext } = event
    const time = unixNano(hrTime(event.epochMs))
    to.raw(TIME)
    to.ascii(time)
    to.raw(OBSERVED)
    to.ascii(time)
    to.raw(headOf(event))
    to.continueList()
    putEventFields(record, to)
    to.raw(END)
    if (spanContext !== undefined) {
      const { traceFlags, traceId, spanId } = spanContext
      to.ascii(`,"flags":${traceFlags & 0xff},"traceId":"${traceId}","spanId":"${spanId}"`)
    }
    to.ascii('}')
  }
}

function headBytes(
  id: HeldEvent['id'],
  severity: HeldEvent['severity'],
  runId: string,
): Uint8Array {
  const bytes = new JsonBytes()
  bytes.ascii(
    `","severityNumber":${SeverityNumber[severity]},"severityText":"${severity}","body":{},"eventName":"${EVENTS[id].name}","attributes":[`,
  )
  bytes.openList()
  bytes.put(A.runId, runId)
  return bytes.take()
}
