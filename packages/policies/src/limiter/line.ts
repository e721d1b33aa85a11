import { createAlarm, type Alarm, type Clock } from '../clock.ts'
import { Ledger, type RateRule, type Slot } from './ledger.ts'

/** Somebody in the line: one who waits to be called, or a moment promised to one who waits elsewhere. */
export interface Place {
  costMs: number
  /** The moment promised; undefined for one who waits here and may move up. */
  readonly promisedMs: number | undefined
  /** When waiting here would be longer than allowed. */
  readonly latestMs: number
  /** It is this one's turn. */
  called(): void
  /** A pause has put this one's turn off to `delayMs` from now, later than `latestMs`. */
  putOff(delayMs: number): void
  /** The slot of a promise, once those before it in the line have gone. */
  slot: Slot | undefined
  ahead: Place | undefined
  behind: Place | undefined
}

/**
 * How late a timer may wake and the rate still be made up: without it, timers that wake a millisecond late would cost a
 * limit of 100 a second a tenth of its rate. A longer stall of the process is not made up.
 */
const TIMER_SLACK_MS = 10
/** Sums of intervals are inexact; a millionth of a millisecond early is on time. */
const ROUNDING_MS = 1e-6

/**
 * First come, first served, on the slots of a ledger. Those who wait move up when somebody before them leaves; a promised
 * moment stays where it is. One timer at most, which keeps no process alive while nobody waits.
 */
export class Line {
  readonly #clock: Clock
  readonly #alarm: Alarm
  readonly #ledger: Ledger
  #head: Place | undefined
  #tail: Place | undefined
  #queuedMs = 0
  #size = 0
  #promises = 0
  /** No slot is earlier: a pause, or the moment at which the line last moved up. */
  #notBeforeMs = -Infinity

  constructor(rule: RateRule, clock: Clock) {
    this.#clock = clock
    this.#alarm = createAlarm(clock, () => this.#callDue(clock.now()))
    this.#ledger = new Ledger(rule)
  }

  /** How many are in the line. */
  get size(): number {
    return this.#size
  }

  /** The moment that somebody who comes now would get. */
  offer(nowMs: number, costMs: number): number {
    if (this.#head !== undefined) this.#callDue(nowMs)
    const fromMs = Math.max(nowMs, this.#notBeforeMs)
    if (this.#head === undefined) return this.#ledger.earliest(fromMs, costMs)
    const tail = this.#behindAll()
    return Math.max(fromMs, tail.lastMs, tail.arrivalMs + costMs - this.#capacityMs)
  }

  /** Takes the moment on offer at once, for good; only when it is now. */
  spend(nowMs: number, costMs: number): void {
    this.#ledger.spend(nowMs, costMs)
  }

  /** Promises the moment on offer. */
  promise(place: Place, promisedMs: number): void {
    if (this.#head === undefined) place.slot = this.#ledger.hold(promisedMs, place.costMs)
    else this.#join(place)
  }

  /** Lets somebody wait. */
  wait(place: Place, nowMs: number): void {
    this.#join(place)
    this.#callDue(nowMs)
  }

  /** The promise was kept. */
  keep(place: Place, nowMs: number): void {
    if (place.slot !== undefined) this.#ledger.close(place.slot, nowMs)
  }

  /** Somebody gives up; those behind move up. */
  leave(place: Place, nowMs: number): void {
    if (place.slot === undefined) this.#part(place)
    else this.#ledger.refund(place.slot, nowMs)
    this.#moveUp(nowMs)
  }

  /** Nobody goes before `untilMs`; who cannot wait so long is put off. */
  pause(untilMs: number, nowMs: number): void {
    if (this.#head !== undefined) this.#callDue(nowMs)
    if (untilMs <= this.#notBeforeMs) return
    this.#notBeforeMs = untilMs
    this.#putPromisesFirst()
    this.#putOffLate(nowMs)
    this.#callDue(nowMs)
  }

  /** Goes by another rule from now on; who would then have to wait too long is put off. */
  change(rule: RateRule, nowMs: number): void {
    if (this.#head !== undefined) this.#callDue(nowMs)
    const old = this.#ledger.rule
    const factor = rule.intervalMs / old.intervalMs
    if (factor > 1 || rule.capacityMs < old.capacityMs * factor) this.#putPromisesFirst()
    this.#ledger.change(rule, nowMs)
    this.#queuedMs *= factor
    for (let place = this.#head; place !== undefined; place = place.behind) place.costMs *= factor
    this.#putOffLate(nowMs)
    this.#callDue(nowMs)
  }

  /** Lets everybody go who waits, at once and for nothing. */
  release(): void {
    this.#putPromisesFirst()
    for (let place = this.#head; place !== undefined; place = place.behind) {
      this.#part(place)
      place.called()
    }
    this.#alarm.rest()
  }

  /** Refuses those whose turn would come later than they can wait for it, or never. */
  #putOffLate(nowMs: number): void {
    let { arrivalMs, lastMs } = this.#ledger
    for (let place = this.#head; place !== undefined; place = place.behind) {
      if (place.promisedMs !== undefined) {
        lastMs = place.promisedMs
        arrivalMs = Math.max(arrivalMs, lastMs) + place.costMs
        continue
      }
      const freeMs = arrivalMs + place.costMs - this.#capacityMs
      const fits = place.costMs <= this.#capacityMs + ROUNDING_MS
      const atMs = fits ? Math.max(this.#notBeforeMs, nowMs, lastMs, freeMs) : Infinity
      if (!fits || atMs > place.latestMs + ROUNDING_MS) {
        this.#part(place)
        place.putOff(atMs - nowMs)
      } else arrivalMs = Math.max(arrivalMs, atMs) + place.costMs
    }
  }

  get #capacityMs(): number {
    return this.#ledger.rule.capacityMs
  }

  /** Sends everybody who waits away. */
  dismiss(): void {
    this.#putPromisesFirst()
    for (let place = this.#head; place !== undefined; place = place.behind) {
      this.#part(place)
      place.putOff(Infinity)
    }
    this.#callDue(this.#clock.now())
  }

  /**
   * Those who wait go behind those who were promised a moment: after a pause they would else go so late that the promise,
   * which cannot be put off, came too soon after them.
   */
  #putPromisesFirst(): void {
    for (let place = this.#head; place !== undefined; place = place.behind) {
      if (place.promisedMs !== undefined) this.#enter(place, place.promisedMs)
    }
  }

  /** Moves a promise from the line to the ledger. */
  #enter(place: Place, promisedMs: number): void {
    this.#part(place)
    place.slot = this.#ledger.hold(promisedMs, place.costMs)
    place.called()
  }

  #moveUp(nowMs: number): void {
    if (this.#head === undefined) {
      this.#alarm.rest()
      return
    }
    // What became free is free from now on: a slot in the past would let two go at once.
    this.#notBeforeMs = Math.max(this.#notBeforeMs, nowMs)
    this.#callDue(nowMs)
  }

  /** The account as it will be behind the last in the line. */
  #behindAll(): { readonly arrivalMs: number; readonly lastMs: number } {
    let { arrivalMs, lastMs } = this.#ledger
    if (this.#promises === 0) {
      return { arrivalMs: Math.max(arrivalMs, this.#notBeforeMs, lastMs) + this.#queuedMs, lastMs }
    }
    for (let place = this.#head; place !== undefined; place = place.behind) {
      const freeMs = arrivalMs + place.costMs - this.#capacityMs
      lastMs = place.promisedMs ?? Math.max(this.#notBeforeMs, lastMs, freeMs)
      arrivalMs = Math.max(arrivalMs, lastMs) + place.costMs
    }
    return { arrivalMs, lastMs }
  }

  /** Calls those whose turn it is, and sets the timer for the next. */
  #callDue(nowMs: number): void {
    for (let place = this.#head; place !== undefined; place = this.#head) {
      const { promisedMs, costMs } = place
      if (promisedMs !== undefined) {
        this.#enter(place, promisedMs)
        continue
      }
      const dueMs = this.#ledger.earliest(this.#notBeforeMs, costMs)
      if (dueMs > nowMs + ROUNDING_MS) {
        this.#alarm.set(dueMs)
        return
      }
      this.#part(place)
      this.#ledger.spend(Math.max(dueMs, nowMs - TIMER_SLACK_MS), costMs)
      place.called()
    }
    this.#alarm.rest()
  }

  #join(place: Place): void {
    place.ahead = this.#tail
    if (this.#tail === undefined) this.#head = place
    else this.#tail.behind = place
    this.#tail = place
    this.#queuedMs += place.costMs
    this.#size++
    if (place.promisedMs !== undefined) this.#promises++
  }

  #part(place: Place): void {
    if (place.ahead === undefined) this.#head = place.behind
    else place.ahead.behind = place.behind
    if (place.behind === undefined) this.#tail = place.ahead
    else place.behind.ahead = place.ahead
    this.#size--
    this.#queuedMs = this.#head === undefined ? 0 : this.#queuedMs - place.costMs
    if (place.promisedMs !== undefined) this.#promises--
  }
}
