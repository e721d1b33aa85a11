/** A field of a protobuf message, as it stands in the bytes: its number, and a varint or a length-delimited value. */
export type Field = readonly [number: number, value: number | Uint8Array]

/**
 * The top-level fields of a message in their order; those of fixed width are stepped over.
 *
 * @throws RangeError when it is cut short, or is no protobuf
 */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = []
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
    if (wireType === 0) fields.push([field, varint()])
    else if (wireType === 1) at += 8
    else if (wireType === 5) at += 4
    else if (wireType === 2) {
      const length = varint()
      if (at + length > message.length) throw new RangeError('cut short')
      fields.push([field, message.subarray(at, at + length)])
      at += length
    } else throw new RangeError(`wire type ${wireType}`)
  }
  return fields
}

/** The last value of a field: what holds where one is said twice. */
export function lastOf(fields: readonly Field[], number: number): number | Uint8Array | undefined {
  return fields.findLast(([field]) => field === number)?.[1]
}
