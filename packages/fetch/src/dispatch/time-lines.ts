import { TimeLine, type Clock } from '@plimsoll/policies'

/**
 * A line of time limits for each length that is in use: few lengths are configured, and so few timers serve all exchanges
 * with all hosts.
 */
export class TimeLines {
  readonly #clock: Clock
  readonly #lines = new Map<number, TimeLine>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The line of limits that last `lengthMs`. */
  of(lengthMs: number): TimeLine {
    let line = this.#lines.get(lengthMs)
    if (line === undefined) {
      line = new TimeLine(this.#clock)
      this.#lines.set(lengthMs, line)
    }
    return line
  }
}
