import { createAlarm, type Alarm, type Clock } from './clock.ts'

/** A wait on a {@link TimeLine}. It is its own link in the line, so that to wait costs no memory. */
export abstract class TimeLimit {
  /** When it is over, in milliseconds on the clock of the line. */
  dueMs = Infinity
  /** Neighbours in the line; undefined while it stands in none. */
  earlier: TimeLimit | undefined = undefined
  later: TimeLimit | undefined = undefined

  /** Its time is over; it has left the line. */
  abstract expire(): void
}

/** The end of the ring that a line is. */
class Head extends TimeLimit {
  expire(): void {}
}

/**
 * Many time limits with one timer. Made for limits of one length, which come in the order in which they end: to begin and
 * to end one then takes constant time. One that ends before others which began earlier finds its place from behind.
 */
export class TimeLine {
  readonly #clock: Clock
  readonly #alarm: Alarm
  readonly #head: TimeLimit = new Head()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#alarm = createAlarm(clock, () => this.#ring())
    this.#head.earlier = this.#head.later = this.#head
    this.#head.dueMs = -Infinity
  }

  /** Begins a limit that ends at `dueMs`; `Infinity` is none. */
  begin(limit: TimeLimit, dueMs: number): void {
    if (dueMs === Infinity) return
    limit.dueMs = dueMs
    let before = this.#head.earlier ?? this.#head
    while (before.dueMs > dueMs) before = before.earlier ?? this.#head
    const after = before.later
    limit.earlier = before
    limit.later = after
    before.later = limit
    if (after !== undefined) after.earlier = limit
    if (before === this.#head) this.#alarm.set(dueMs)
  }

  /** Ends a limit before its time; where it does not run, nothing happens. */
  end(limit: TimeLimit): void {
    const { earlier, later } = limit
    if (earlier === undefined || later === undefined) return
    earlier.later = later
    later.earlier = earlier
    limit.earlier = limit.later = undefined
    // The alarm stays as it is while there are others: to ring once in vain costs less than to set it each time.
    if (earlier === later) this.#alarm.rest()
  }

  #ring(): void {
    const nowMs = this.#clock.now()
    try {
      for (let first = this.#head.later; first !== undefined; first = this.#head.later) {
        if (first === this.#head || first.dueMs > nowMs) return
        this.end(first)
        first.expire()
      }
    } finally {
      const next = this.#head.later
      if (next !== undefined && next !== this.#head) this.#alarm.set(next.dueMs)
    }
  }
}
