import type { Clock } from '@plimsoll/policies'
import type { Post } from './post.ts'

/** One request on its way. */
export interface Item {
  /** Its place among all requests of the process. */
  readonly order: number
  readonly body: Uint8Array
  readonly items: number
  readonly final: boolean
  /** Whose it is, where not of the thread that sends. */
  readonly of?: string | undefined
}

type Fate = 'taken' | 'refused' | 'overtaken'

/** Who is posted to, by one lane or several. */
export interface Peer {
  /** Whether it ever answered, whatever it said. */
  answered: boolean
}

export interface LaneOptions {
  readonly post: Post
  /** Milliseconds that one try may take. */
  readonly timeoutMs: number
  /** Whether a newer request makes those of the same instance before it needless, as cumulative metrics do. */
  readonly newestOnly: boolean
  readonly peer: Peer
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** 0 up to 1. */
  readonly random: () => number
  /** The fate of a request, once; `lost` are those of its items that will never arrive. */
  readonly settled: (item: Item, fate: Fate, lost: number) => void
  readonly trouble: (why: string) => void
}

/** The requests of one signal, sent in order; a signal that is not taken holds up no other. */
export interface Lane {
  take(item: Item): void
  /** Bytes held, those in flight included. */
  bytes(): number
  /** The oldest that is not in flight. */
  oldest(): Item | undefined
  /** Forgets that one, of whose fate the caller takes care. */
  dropOldest(): void
  /** No more time than until `endsAt`: what waits is tried at once, several at a time. Resolves when nothing waits. */
  end(endsAt: number): Promise<void>
}

const FIRST_BACKOFF_MS = 1_000
/** Not more, so that a collector that is back is found soon. */
const MAX_BACKOFF_MS = 5_000
const FIRST_BACKOFF_AT_END_MS = 50
/** Requests in flight at once when the process ends. */
const WIDTH_AT_END = 6

export function createLane(options: LaneOptions): Lane {
  const { post, timeoutMs, newestOnly, peer, clock, random, settled, trouble } = options
  const waiting: Item[] = []
  const inFlight = new Set<Item>()
  const overtaken = new Set<Item>()
  const ending = new AbortController()
  const running = new Set<Promise<void>>()
  let endsAt = Infinity
  /** Tries in a row that brought nothing home. */
  let failures = 0
  let hopeless = false

  const settle = (item: Item, fate: Fate, lost: number): true => {
    if (!overtaken.delete(item)) settled(item, fate, lost)
    return true
  }

  /** Waits for the next try. False when there will be none. */
  const pause = async (retryAfterMs: number): Promise<boolean> => {
    const isEnding = ending.signal.aborted
    // A collector that never answered is hardly there: no process waits at its end for that.
    if (isEnding && !peer.answered) hopeless = true
    if (hopeless) return false
    const most = isEnding
      ? FIRST_BACKOFF_AT_END_MS * 2 ** Math.min(failures, 4)
      : Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 10), MAX_BACKOFF_MS)
    // Spread, so that those that one restart turned away do not come back as one.
    const ms = Math.max(retryAfterMs, most * (0.5 + random() / 2))
    if (clock.now() + ms >= endsAt) return false
    try {
      await clock.sleep(ms, isEnding ? undefined : ending.signal)
    } catch (error) {
      // Cut short because the process ends: tried again at once.
      if (!ending.signal.aborted) throw error
    }
    return true
  }

  /** Whether the fate of the item is known: it is not when there is no time for another try. */
  const deliver = async (item: Item): Promise<boolean> => {
    for (;;) {
      const leftMs = endsAt - clock.now()
      if (leftMs <= 0 || hopeless) return false
      const posted = await post(item.body, Math.min(timeoutMs, leftMs))
      if (posted.kind !== 'later' || posted.answered) peer.answered = true
      if (posted.kind === 'taken') {
        failures = 0
        if (posted.rejected > 0 || posted.why !== '') trouble(posted.why)
        return settle(item, 'taken', Math.min(posted.rejected, item.items))
      }
      if (posted.kind === 'refused') {
        trouble(posted.why)
        return settle(item, 'refused', item.items)
      }
      failures += 1
      // One broken connection is no news.
      if (failures > 1 || ending.signal.aborted) trouble(posted.why)
      if (!(await pause(posted.retryAfterMs ?? 0))) return false
      if (overtaken.has(item)) return settle(item, 'overtaken', 0)
    }
  }

  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      inFlight.add(item)
      // One that was given up stays, to be lost at the end or overtaken by a newer one.
      if (await deliver(item)) inFlight.delete(item)
    }
  }

  const start = (): void => {
    const width = ending.signal.aborted ? WIDTH_AT_END : 1
    for (let more = Math.min(width - running.size, waiting.length); more > 0; more -= 1) {
      const worker = work().finally(() => running.delete(worker))
      running.add(worker)
    }
  }

  const overtake = ({ of }: Item): void => {
    for (const older of waiting.splice(0)) {
      if (older.of === of) settled(older, 'overtaken', 0)
      else waiting.push(older)
    }
    for (const older of inFlight) {
      if (older.of !== of) continue
      // Whatever becomes of it, the newer one holds its counts.
      if (!overtaken.has(older)) settled(older, 'overtaken', 0)
      overtaken.add(older)
    }
  }

  return {
    take(item) {
      if (clock.now() >= endsAt) {
        // The process lives on, against what it had said.
        endsAt = clock.now() + timeoutMs
        hopeless = false
      }
      if (newestOnly) overtake(item)
      waiting.push(item)
      start()
    },
    bytes: () => [...waiting, ...inFlight].reduce((sum, { body }) => sum + body.length, 0),
    oldest: () => waiting[0],
    dropOldest: () => void waiting.shift(),
    async end(at) {
      endsAt = at
      ending.abort()
      start()
      while (running.size > 0) await Promise.all(running)
    },
  }
}
