/** What stands before and after the items of an OTLP JSON request: resource and scope, the same in each request. */
export interface Envelope {
  readonly head: string
  readonly tail: string
}

/**
 * Cuts the envelope out of a request that OpenTelemetry's serialiser wrote, so that it is what that one writes.
 *
 * @param list Name of the list that the items stand in
 * @param serialize Writes a request of an equal item for each place
 */
export function envelopeOf(
  list: string,
  serialize: (places: readonly undefined[]) => Uint8Array | undefined,
): Envelope {
  const one = textOf(serialize([undefined]))
  const two = textOf(serialize([undefined, undefined]))
  // Inside a text its quotes would be escaped: this is the list itself.
  const opening = `"${list}":[`
  const head = one.slice(0, one.indexOf(opening) + opening.length)
  const itemLength = two.length - one.length - ','.length
  return { head, tail: one.slice(head.length + itemLength) }
}

/** The items of a request, without its envelope. */
export function itemsOf(request: Uint8Array | undefined, { head, tail }: Envelope): string {
  const text = textOf(request)
  return text.slice(head.length, text.length - tail.length)
}

function textOf(request: Uint8Array | undefined): string {
  if (request === undefined) throw new TypeError('the serialiser gave nothing')
  return Buffer.from(request.buffer, request.byteOffset, request.byteLength).toString()
}
