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
/** At so many the event loop has not come round for long: they are delivered at once rather than held or dropped. */
const LIMIT = 10_000

/**
 * A bounded queue. Nothing is dropped: `deliver` is synchronous, so a full queue is delivered where it stands.
 *
 * @param deliver told how many items are left, too
 * @param holds told how many items it holds when there is one more
 */
export function createQueue<T>(
  deliver: (items: readonly T[], left: number) => void,
  holds: (count: number) => void = () => {},
): Queue<T> {
  let held: T[] = []
  let scheduled = false
  let direct = false

  const drain = (): void => {
    scheduled = false
    const all = held
    held = []
    for (let from = 0; from < all.length; from += BATCH) {
      deliver(all.slice(from, from + BATCH), Math.max(0, all.length - from - BATCH))
    }
  }

  return {
    push(item) {
      held.push(item)
      holds(held.length)
      if (direct || held.length >= LIMIT) drain()
      else if (held.length >= BATCH && !scheduled) {
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
