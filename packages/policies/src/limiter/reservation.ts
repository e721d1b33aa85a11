import type { Slot } from './ledger.ts'
import type { Line, Place } from './line.ts'
import type { Reservation, Terms } from './request.ts'
import type { Desk } from './wait.ts'

/** A promised moment, and its place in the line: one object, since every request may make one. */
export class PromisedPlace implements Reservation, Place {
  readonly granted = true
  readonly delayMs: number
  readonly promisedMs: number
  costMs: number
  readonly latestMs = Infinity
  slot: Slot | undefined
  ahead: Place | undefined
  behind: Place | undefined
  readonly #desk: Desk
  readonly #line: Line
  readonly #terms: Terms
  #state: 'open' | 'committed' | 'canceled' = 'open'

  constructor(desk: Desk, line: Line, terms: Terms, nowMs: number, promisedMs: number) {
    this.#desk = desk
    this.#line = line
    this.#terms = terms
    this.costMs = terms.costMs
    this.promisedMs = promisedMs
    this.delayMs = promisedMs - nowMs
    if (this.delayMs > 0) this.#desk.reports.queue(terms, 1)
  }

  commit(): void {
    if (this.#state !== 'open') return
    this.#state = 'committed'
    this.#line.keep(this, this.#nowMs())
    this.#desk.reports.decision('acquired', this.#terms, this.delayMs, this.#waitedMs())
    if (this.delayMs > 0) this.#desk.reports.queue(this.#terms, -1)
  }

  cancel(): void {
    if (this.#state !== 'open') return
    this.#state = 'canceled'
    this.#line.leave(this, this.#desk.clock.now())
    this.#desk.reports.decision('canceled', this.#terms, this.delayMs, this.#waitedMs())
    if (this.delayMs > 0) this.#desk.reports.queue(this.#terms, -1)
  }

  called(): void {
    if (this.#state === 'committed') this.#line.keep(this, this.#nowMs())
  }

  putOff(): void {
    // A promise is not put off: its holder waits elsewhere.
  }

  /** For a moment that has come already, the clock need not be asked. */
  #nowMs(): number {
    return this.delayMs === 0 ? this.promisedMs : this.#desk.clock.now()
  }

  #waitedMs(): number {
    if (this.delayMs === 0) return 0
    return Math.max(0, this.#desk.clock.now() - (this.promisedMs - this.delayMs))
  }
}

/** Leave to go at once where no limit is: it has no place in any line. */
export class FreePlace implements Reservation {
  readonly granted = true
  readonly delayMs = 0
  readonly #desk: Desk
  readonly #terms: Terms
  #open = true

  constructor(desk: Desk, terms: Terms) {
    this.#desk = desk
    this.#terms = terms
  }

  commit(): void {
    this.#end('acquired')
  }

  cancel(): void {
    this.#end('canceled')
  }

  #end(result: 'acquired' | 'canceled'): void {
    if (this.#open) this.#desk.reports.decision(result, this.#terms, 0, 0)
    this.#open = false
  }
}
