/** A rate in the terms of GCRA: what one request costs in time, and how much time may be owed. */
export interface RateRule {
  /** Milliseconds that one request costs: 1000 / rate. */
  readonly intervalMs: number
  /** Milliseconds that a burst costs. */
  readonly capacityMs: number
}

/** A moment that is taken. */
export interface Slot {
  readonly atMs: number
  readonly costMs: number
  /** Whether it may still be given back. */
  open: boolean
  earlier: Slot | undefined
  later: Slot | undefined
}

/** Slots that are remembered, so that they can be given back; older ones count as used. */
const MOST_REMEMBERED = 1_024

/**
 * The generic cell rate algorithm (ITU-T I.371) as an account of slots: the theoretical arrival time of the next cell is
 * all that the rate needs to know. Slots that may be given back are remembered with those after them: taking one out
 * works the sum out again, so that the account is as if it had never been, and what others were promised still holds.
 */
export class Ledger {
  readonly #capacityMs: number
  /** The theoretical arrival time before the first slot that is remembered. */
  #beforeMs = -Infinity
  #arrivalMs = -Infinity
  /** The latest slot before the first that is remembered, and the latest of all. */
  #lastBeforeMs = -Infinity
  #lastMs = -Infinity
  #first: Slot | undefined
  #last: Slot | undefined
  #size = 0

  constructor(rule: RateRule) {
    this.#capacityMs = rule.capacityMs
  }

  /** The theoretical arrival time: when all that was taken is paid off. */
  get arrivalMs(): number {
    return this.#arrivalMs
  }

  /** The latest moment that is taken; nobody who comes later goes earlier. */
  get lastMs(): number {
    return this.#lastMs
  }

  /** The first moment, not before `fromMs`, at which `costMs` conforms. */
  earliest(fromMs: number, costMs: number): number {
    return Math.max(fromMs, this.#lastMs, this.#arrivalMs + costMs - this.#capacityMs)
  }

  /** Takes a moment for good. */
  spend(atMs: number, costMs: number): void {
    if (this.#first === undefined) {
      this.#arrivalMs = Math.max(this.#arrivalMs, atMs) + costMs
      this.#lastMs = Math.max(this.#lastMs, atMs)
    } else this.#append({ atMs, costMs, open: false, earlier: this.#last, later: undefined })
  }

  /** Takes a moment that may be given back. */
  hold(atMs: number, costMs: number): Slot {
    const slot: Slot = { atMs, costMs, open: true, earlier: this.#last, later: undefined }
    if (this.#first === undefined) {
      this.#beforeMs = this.#arrivalMs
      this.#lastBeforeMs = this.#lastMs
    }
    this.#append(slot)
    return slot
  }

  /** The slot was used. */
  close(slot: Slot): void {
    slot.open = false
    this.#forget()
  }

  /** The slot was not used. */
  refund(slot: Slot): void {
    if (!slot.open) return
    slot.open = false
    this.#unlink(slot)
    this.#arrivalMs = this.#beforeMs
    this.#lastMs = this.#lastBeforeMs
    for (let rest = this.#first; rest !== undefined; rest = rest.later) this.#add(rest)
    this.#forget()
  }

  #add({ atMs, costMs }: Slot): void {
    this.#arrivalMs = Math.max(this.#arrivalMs, atMs) + costMs
    this.#lastMs = Math.max(this.#lastMs, atMs)
  }

  #append(slot: Slot): void {
    this.#add(slot)
    if (this.#last === undefined) this.#first = slot
    else this.#last.later = slot
    this.#last = slot
    this.#size++
    if (this.#size > MOST_REMEMBERED && this.#first !== undefined) this.close(this.#first)
  }

  /** Folds what can no longer change into the time before. */
  #forget(): void {
    for (let slot = this.#first; slot !== undefined && !slot.open; slot = this.#first) {
      this.#beforeMs = Math.max(this.#beforeMs, slot.atMs) + slot.costMs
      this.#lastBeforeMs = Math.max(this.#lastBeforeMs, slot.atMs)
      this.#unlink(slot)
    }
  }

  #unlink(slot: Slot): void {
    if (slot.earlier === undefined) this.#first = slot.later
    else slot.earlier.later = slot.later
    if (slot.later === undefined) this.#last = slot.earlier
    else slot.later.earlier = slot.earlier
    this.#size--
  }
}
