import { hrTime, type FinishedSpan } from '@plimsoll/telemetry'
import type { JsonBytes } from './json-bytes.ts'
import { momentAfter, unixNano } from './unix-nano.ts'

// Of OTLP's span flags: whether it is known if the parent is of another process, and whether it is.
const PARENT_KNOWN = 0x100
const PARENT_REMOTE = 0x200

const TRACE_ID = Buffer.from('{"traceId":"')
const SPAN_ID = Buffer.from('","spanId":"')
const PARENT_ID = Buffer.from('","parentSpanId":"')
const TRACE_STATE = Buffer.from('"traceState":')
const NAME = Buffer.from('"name":')
const KIND = Buffer.from(',"kind":')
const START = Buffer.from(',"startTimeUnixNano":"')
const END = Buffer.from('","endTimeUnixNano":"')
const FIELDS = Buffer.from('","attributes":[')
const STATUS = Buffer.from(
  '],"droppedAttributesCount":0,"events":[],"droppedEventsCount":0,"status":{"code":',
)
const FLAGS = Buffer.from('},"links":[],"droppedLinksCount":0,"flags":')

/** Writes a span to which the program added nothing as OTLP JSON, letter for letter as OpenTelemetry's serialiser does. */
export function writeSpan(span: FinishedSpan, to: JsonBytes): void {
  const { parent, traceState } = span
  to.raw(TRACE_ID)
  to.ascii(span.traceId)
  to.raw(SPAN_ID)
  to.ascii(span.spanId)
  if (parent !== undefined) {
    to.raw(PARENT_ID)
    to.ascii(parent.spanId)
  }
  to.ascii('",')
  if (traceState !== undefined) {
    to.raw(TRACE_STATE)
    to.text(traceState.serialize())
    to.ascii(',')
  }
  to.raw(NAME)
  to.text(span.name)
  to.raw(KIND)
  // One more in OTLP, which has a zero for "not said".
  to.ascii(String(span.kind + 1))
  to.raw(START)
  to.ascii(unixNano(hrTime(span.startMs)))
  to.raw(END)
  to.ascii(unixNano(momentAfter(span.startMs, span.durationMs)))
  to.raw(FIELDS)
  to.openList()
  span.putStart(to)
  span.putEnd(to)
  to.raw(STATUS)
  to.ascii(span.failed ? '2' : '0')
  to.raw(FLAGS)
  to.ascii(String(1 | PARENT_KNOWN | (parent?.isRemote === true ? PARENT_REMOTE : 0)))
  to.ascii('}')
}
