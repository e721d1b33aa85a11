/** Finished spans or events on their way out. */
export interface Queue<T> {
  push(item: T): void
  /** Delivers what is held, now. */
  drain(): void
  /** From now on each item is delivered as it comes: after the exit began, there is no later. */
  writeThrough(): void
}

/** So many are delivered in one request. */
const BATCH = 1_000
/** What an ordinary item takes, in characters; a text of any length in it comes on top. */
const ITEM = 1_000
/** Five batches: at so much the event loop has not come round for long. */
const LIMIT = 5 * BATCH * ITEM

/**
 * A bounded queue. Nothing is dropped, whatever the event loop does: `deliver` is synchronous, so a full queue is delivered
 * where it stands, at the cost that the program would have paid a moment later.
 *
 * @param weigh Characters of the texts in an item that may be of any length
 */
export function createQueue<T>(
  deliver: (items: readonly T[]) => void,
  weigh: (item: T) => number = () => 0,
): Queue<T> {
  let held: T[] = []
  let characters = 0
  let scheduled = false
  let direct = false

  const drain = (): void => {
    scheduled = false
    const all = held
    held = []
    characters = 0
    for (let from = 0; from < all.length; from += BATCH) deliver(all.slice(from, from + BATCH))
  }

  return {
    push(item) {
      held.push(item)
      characters += ITEM + weigh(item)
      if (direct || characters >= LIMIT) drain()
      else if (characters >= BATCH * ITEM && !scheduled) {
        scheduled = true
        // Off the path of the call that ended; not a reason for the process to stay.
        setImmediate(drain).unref()
      }
    },
    drain,
    writeThrough() {
      direct = true
      drain()
    },
  }
}
