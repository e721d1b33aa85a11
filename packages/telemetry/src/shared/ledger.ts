import { MAX_ENTRY_BYTES, acquireChunk, chunksOf, type Chunk } from './arena.ts'

/** What a thread wrote down in shared memory, and the numbers that it keeps up to date there. */
export interface Entry {
  readonly content: unknown
  readonly slots: Float64Array<SharedArrayBuffer>
}

/** The entries of one thread. Only this thread writes; any other may read at any moment. */
export interface Ledger {
  /**
   * Writes an entry down for good.
   *
   * @param content what JSON can hold
   * @param initial the first values of its numbers
   * @returns the numbers, to be changed in place; undefined when it does not fit any more
   */
  append(content: unknown, initial: readonly number[]): Float64Array<SharedArrayBuffer> | undefined
}

/** Of an entry: bytes of its text, and how many numbers it has. The numbers come first, for they have to be aligned. */
const HEAD_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT

/**
 * Opens the ledger of a thread.
 *
 * @param full told once, when the first entry does not fit
 */
export function createLedger(arena: SharedArrayBuffer, owner: number, full: () => void): Ledger {
  const encoder = new TextEncoder()
  let chunk: Chunk | undefined
  let chunks = 0
  let toldFull = false

  const withRoom = (bytes: number): Chunk | undefined => {
    if (chunk !== undefined && chunk.left >= bytes) return chunk
    const next = bytes > MAX_ENTRY_BYTES ? undefined : acquireChunk(arena, owner, chunks)
    if (next !== undefined) {
      chunks += 1
      chunk = next
      return next
    }
    if (!toldFull) full()
    toldFull = true
    return undefined
  }

  return {
    append(content, initial) {
      const text = encoder.encode(JSON.stringify(content))
      const numbers = initial.length * NUMBER_BYTES
      const bytes = HEAD_BYTES + numbers + aligned(text.length)
      const room = withRoom(bytes)
      if (room === undefined) return undefined
      const at = room.end
      new Int32Array(arena, at, 2).set([text.length, initial.length])
      const slots = new Float64Array(arena, at + HEAD_BYTES, initial.length)
      slots.set(initial)
      new Uint8Array(arena, at + HEAD_BYTES + numbers, text.length).set(text)
      room.publish(bytes)
      return slots
    },
  }
}

/** What `owner` wrote down so far, the oldest first. Its numbers are those of now, and go on changing while it lives. */
export function readLedger(arena: SharedArrayBuffer, owner: number): Entry[] {
  const decoder = new TextDecoder()
  const entries: Entry[] = []
  for (const { from, to } of chunksOf(arena, owner)) {
    for (let at = from; at < to;) {
      const [textBytes = 0, count = 0] = new Int32Array(arena, at, 2)
      const text = at + HEAD_BYTES + count * NUMBER_BYTES
      entries.push({
        content: JSON.parse(decoder.decode(new Uint8Array(arena, text, textBytes).slice())),
        slots: new Float64Array(arena, at + HEAD_BYTES, count),
      })
      at = text + aligned(textBytes)
    }
  }
  return entries
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / NUMBER_BYTES) * NUMBER_BYTES
}
