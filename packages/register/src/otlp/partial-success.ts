import { parsedObject } from '../parsed-object.ts'
import { fieldsOf, lastOf } from './protobuf-fields.ts'

/** What a collector says of a request that it took, but not whole (OTLP, "Partial Success"). */
export interface PartialSuccess {
  /** Data points, spans or log records that it left out. */
  readonly rejected: number
  /** Why, or a warning when nothing was left out; empty when it has nothing to say. */
  readonly why: string
}

const WHOLE: PartialSuccess = { rejected: 0, why: '' }

/** Reads the body of a 2xx answer. One that cannot be read says nothing: the request was taken all the same. */
export function readPartialSuccess(body: Uint8Array, contentType: string): PartialSuccess {
  try {
    return contentType.includes('json') ? fromJson(body) : fromProtobuf(body)
  } catch {
    // Cut, or by a server of another kind; its status has said what matters.
    return WHOLE
  }
}

function fromJson(body: Uint8Array): PartialSuccess {
  const answer = parsedObject(JSON.parse(new TextDecoder().decode(body)))
  const partial = parsedObject(answer?.['partialSuccess']) ?? {}
  const counts = [
    partial['rejectedDataPoints'],
    partial['rejectedSpans'],
    partial['rejectedLogRecords'],
  ]
  // 64-bit numbers are strings in protobuf's JSON; some write numbers.
  const rejected = Number(counts.find((count) => count !== undefined) ?? 0)
  const why = partial['errorMessage']
  return {
    rejected: Number.isFinite(rejected) ? Math.max(0, rejected) : 0,
    why: typeof why === 'string' ? why : '',
  }
}

/** All three answers are alike: `partial_success` is field 1; in it the count is field 1, the message field 2. */
function fromProtobuf(body: Uint8Array): PartialSuccess {
  const partial = lastOf(fieldsOf(body), 1)
  if (!(partial instanceof Uint8Array)) return WHOLE
  const fields = fieldsOf(partial)
  const [rejected, why] = [lastOf(fields, 1), lastOf(fields, 2)]
  return {
    rejected: typeof rejected === 'number' ? rejected : 0,
    why: why instanceof Uint8Array ? new TextDecoder().decode(why) : '',
  }
}
