// Memory that all threads of a process share, dealt out in chunks. What a thread keeps in its chunks can be read by another
// when it is gone, or too busy to speak for itself. Pages that nobody wrote to cost address space and no memory.

const CHUNK_BYTES = 32 * 1024
const DEFAULT_CHUNKS = 1_024
/** Of a chunk: how many of its bytes are in use, and its place among those of its owner. */
const USED = 0
const ORDER = 1
const CHUNK_HEAD_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT
/** Of the entry of a chunk in the table of owners. Twice as wide as it need be: all behind the table is aligned to 8 bytes. */
const OWNER_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT
const FREE = 0

/** Bytes that one entry can have, all told. */
export const MAX_ENTRY_BYTES = CHUNK_BYTES - CHUNK_HEAD_BYTES

/** Empty memory for {@link acquireChunk}. */
export function createArena(chunks: number = DEFAULT_CHUNKS): SharedArrayBuffer {
  return new SharedArrayBuffer(chunks * (OWNER_BYTES + CHUNK_BYTES))
}

/** A piece of the arena that belongs to one thread, and only grows. */
export interface Chunk {
  /** Bytes that are still free. */
  readonly left: number
  /** Byte offset in the arena at which the next entry goes. */
  readonly end: number
  /** Shows the next `bytes` to readers: what is in them is complete. */
  publish(bytes: number): void
}

/**
 * A chunk of its own for the thread `owner`, the `order`-th one; undefined when there is none left.
 *
 * @param owner above 0; ids of threads are never used twice
 */
export function acquireChunk(
  arena: SharedArrayBuffer,
  owner: number,
  order: number,
): Chunk | undefined {
  const owners = ownersOf(arena)
  for (let index = 0; index < owners.length; index += 1) {
    if (Atomics.load(owners, index) !== FREE) continue
    if (Atomics.compareExchange(owners, index, FREE, -owner) !== FREE) continue
    const head = headOf(arena, index)
    head[USED] = 0
    head[ORDER] = order
    // Only now do readers take it for a chunk of its owner.
    Atomics.store(owners, index, owner)
    return chunkAt(arena, index, head)
  }
  return undefined
}

function chunkAt(arena: SharedArrayBuffer, index: number, head: Int32Array): Chunk {
  const start = startOf(arena, index) + CHUNK_HEAD_BYTES
  let used = 0
  return {
    get left() {
      return MAX_ENTRY_BYTES - used
    },
    get end() {
      return start + used
    },
    publish(bytes) {
      used += bytes
      Atomics.store(head, USED, used)
    },
  }
}

/** Where the entries of `owner` stand, in the order in which they were written: byte offsets from and up to. */
export function chunksOf(
  arena: SharedArrayBuffer,
  owner: number,
): { readonly from: number; readonly to: number }[] {
  const owners = ownersOf(arena)
  const found: { order: number; from: number; to: number }[] = []
  for (let index = 0; index < owners.length; index += 1) {
    if (Atomics.load(owners, index) !== owner) continue
    const head = headOf(arena, index)
    const from = startOf(arena, index) + CHUNK_HEAD_BYTES
    found.push({ order: head[ORDER] ?? 0, from, to: from + Atomics.load(head, USED) })
  }
  return found.toSorted((a, b) => a.order - b.order)
}

/** The threads that have something in the arena. */
export function ownersIn(arena: SharedArrayBuffer): number[] {
  const owners = ownersOf(arena)
  const found = new Set<number>()
  for (let index = 0; index < owners.length; index += 1) {
    const owner = Atomics.load(owners, index)
    if (owner > FREE) found.add(owner)
  }
  return [...found].toSorted((a, b) => a - b)
}

/** Gives the chunks of a thread that is gone to others. */
export function releaseChunks(arena: SharedArrayBuffer, owner: number): void {
  const owners = ownersOf(arena)
  for (let index = 0; index < owners.length; index += 1) {
    Atomics.compareExchange(owners, index, owner, FREE)
    // It may have died while it took one.
    Atomics.compareExchange(owners, index, -owner, FREE)
  }
}

function chunkCount(arena: SharedArrayBuffer): number {
  return arena.byteLength / (OWNER_BYTES + CHUNK_BYTES)
}

function ownersOf(arena: SharedArrayBuffer): Int32Array<SharedArrayBuffer> {
  return new Int32Array(arena, 0, chunkCount(arena))
}

function startOf(arena: SharedArrayBuffer, index: number): number {
  return chunkCount(arena) * OWNER_BYTES + index * CHUNK_BYTES
}

function headOf(arena: SharedArrayBuffer, index: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(arena, startOf(arena, index), 2)
}
