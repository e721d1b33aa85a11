/** Copying more than this at once into the engine would double the memory of a large file. */
const chunkBytes = 4 * 1024 * 1024

/** What `load` takes, as bytes in pieces; pieces are cut anywhere. */
export function* otlpChunks(lines: string | Uint8Array | Iterable<string>): Generator<Uint8Array> {
  if (typeof lines === 'string') yield* pieces(Buffer.from(lines))
  else if (lines instanceof Uint8Array) yield* pieces(lines)
  else for (const text of joined(lines)) yield* pieces(Buffer.from(text))
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}

/** Puts a line end between lines that have none, and none after the last: whether it was cut short must stay visible. */
function* joined(lines: Iterable<string>): Generator<string> {
  let waiting = ''
  let separator = ''
  for (const line of lines) {
    waiting += separator + line
    separator = line.endsWith('\n') ? '' : '\n'
    if (waiting.length < chunkBytes) continue
    yield waiting
    waiting = ''
  }
  if (waiting !== '') yield waiting
}
