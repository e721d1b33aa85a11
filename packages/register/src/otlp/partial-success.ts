import { parsedObject } from '../parsed-object.ts'

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
  const partial = fieldsOf(body).get(1)
  if (!(partial instanceof Uint8Array)) return WHOLE
  const fields = fieldsOf(partial)
  const [rejected, why] = [fields.get(1), fields.get(2)]
  return {
    rejected: typeof rejected === 'number' ? rejected : 0,
    why: why instanceof Uint8Array ? new TextDecoder().decode(why) : '',
  }
}

/** Top-level fields of a protobuf message, of each the last; those of fixed width are stepped over. */
function fieldsOf(message: Uint8Array): ReadonlyMap<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at]
      if (byte === undefined) throw new RangeError('cut short')
      at += 1
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const key = varint()
    const [field, wireType] = [Math.floor(key / 8), key % 8]
    if (wireType === 0) fields.set(field, varint())
    else if (wireType === 1) at += 8
    else if (wireType === 5) at += 4
    else if (wireType === 2) {
      const length = varint()
      if (at + length > message.length) throw new RangeError('cut short')
      fields.set(field, message.subarray(at, at + length))
      at += length
    } else throw new RangeError(`wire type ${wireType}`)
  }
  return fields
}
