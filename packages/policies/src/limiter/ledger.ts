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
  costMs: number
  /** Whether it may still be given back. */
  open: boolean
  earlier: Slot | undefined
  later: Slot | undefined
}

/** What was taken, in sum. */
interface Account {
  /** The theoretical arrival time: when all is paid off. */
  arrivalMs: number
  /** The latest moment that is taken. */
  lastMs: number
  /** Of what is owed, what nobody took: a burst that became larger and is not there yet. It is paid off last. */
  withheldMs: number
}

/** Slots that are remembered, so that they can be given back; older ones count as used. */
const MOST_REMEMBERED = 1_024

/**
 * The generic cell rate algorithm (ITU-T I.371) as an account of slots: the theoretical arrival time of the next cell is
 * all that the rate needs to know. Slots that may be given back are remembered with those after them: taking one out
 * works the sum out again, so that the account is as if it had never been, and what others were promised still holds.
 */
export class Ledger {
  #rule: RateRule
  readonly #account: Account = { arrivalMs: -Infinity, lastMs: -Infinity, withheldMs: 0 }
  /** The account before the first slot that is remembered. */
  readonly #before: Account = { ...this.#account }
  #first: Slot | undefined
  #last: Slot | undefined
  #size = 0

  constructor(rule: RateRule) {
    this.#rule = rule
  }

  get rule(): RateRule {
    return this.#rule
  }

  /** The theoretical arrival time: when all that was taken is paid off. */
  get arrivalMs(): number {
    return this.#account.arrivalMs
  }

  /** The latest moment that is taken; nobody who comes later goes earlier. */
  get lastMs(): number {
    return this.#account.lastMs
  }

  /** The first moment, not before `fromMs`, at which `costMs` conforms. */
  earliest(fromMs: number, costMs: number): number {
    const { arrivalMs, lastMs } = this.#account
    return Math.max(fromMs, lastMs, arrivalMs + costMs - this.#rule.capacityMs)
  }

  /** Takes a moment for good. */
  spend(atMs: number, costMs: number): void {
    if (this.#first !== undefined) this.#forget(atMs)
    if (this.#first === undefined) take(this.#account, atMs, costMs)
    else this.#append({ atMs, costMs, open: false, earlier: this.#last, later: undefined })
  }

  /** Takes a moment that may be given back. */
  hold(atMs: number, costMs: number): Slot {
    const slot: Slot = { atMs, costMs, open: true, earlier: this.#last, later: undefined }
    if (this.#first === undefined) copy(this.#account, this.#before)
    this.#append(slot)
    return slot
  }

  /** The slot was used, or will be. */
  close(slot: Slot, nowMs: number): void {
    slot.open = false
    this.#forget(nowMs)
  }

  /** The slot was not used. */
  refund(slot: Slot, nowMs: number): void {
    if (!slot.open) return
    slot.open = false
    this.#unlink(slot)
    this.#sum()
    this.#forget(nowMs)
  }

  /**
   * Goes by another rule from `nowMs` on. What was taken is still owed, as many requests as before; a larger burst is not
   * there at once but grows with the rate. So any stretch across the change keeps to the smaller burst and to each rate for
   * its time, however often it changes. Moments that lie ahead stay promised; those that have passed count as used.
   */
  change(rule: RateRule, nowMs: number): void {
    for (let slot = this.#first; slot !== undefined && slot.atMs <= nowMs; slot = this.#first) {
      this.close(slot, nowMs)
    }
    const first = this.#first
    rewrite(first === undefined ? this.#account : this.#before, this.#rule, rule, nowMs)
    if (first !== undefined) {
      const factor = rule.intervalMs / this.#rule.intervalMs
      for (let slot: Slot | undefined = first; slot !== undefined; slot = slot.later) {
        slot.costMs *= factor
      }
      this.#sum()
    }
    this.#rule = rule
  }

  /** Works the account out again from what is remembered. */
  #sum(): void {
    copy(this.#before, this.#account)
    for (let slot = this.#first; slot !== undefined; slot = slot.later) {
      take(this.#account, slot.atMs, slot.costMs)
    }
  }

  #append(slot: Slot): void {
    take(this.#account, slot.atMs, slot.costMs)
    if (this.#last === undefined) this.#first = slot
    else this.#last.later = slot
    this.#last = slot
    this.#size++
    if (this.#size > MOST_REMEMBERED && this.#first !== undefined) this.close(this.#first, Infinity)
  }

  /** Folds what can no longer change, and lies not ahead, into the time before. */
  #forget(nowMs: number): void {
    for (let slot = this.#first; slot !== undefined && !slot.open; slot = this.#first) {
      if (slot.atMs > nowMs) return
      take(this.#before, slot.atMs, slot.costMs)
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

function copy(from: Account, to: Account): void {
  to.arrivalMs = from.arrivalMs
  to.lastMs = from.lastMs
  to.withheldMs = from.withheldMs
}

function take(account: Account, atMs: number, costMs: number): void {
  if (account.withheldMs > 0) account.withheldMs = withheldAt(account, atMs)
  account.arrivalMs = Math.max(account.arrivalMs, atMs) + costMs
  account.lastMs = Math.max(account.lastMs, atMs)
}

/** What is still withheld of what is owed at `atMs`: what was taken is paid off before it. */
function withheldAt({ arrivalMs, withheldMs }: Account, atMs: number): number {
  return Math.min(withheldMs, Math.max(0, arrivalMs - atMs))
}

/** The same account under another rule. */
function rewrite(account: Account, old: RateRule, rule: RateRule, nowMs: number): void {
  const { arrivalMs, lastMs } = account
  const factor = rule.intervalMs / old.intervalMs
  const withheldMs = withheldAt(account, nowMs)
  const grownMs = rule.capacityMs - old.capacityMs * factor
  account.withheldMs = Math.max(0, withheldMs * factor + grownMs)
  const paidOff = (atMs: number): number => {
    const takenMs = Math.max(0, arrivalMs - withheldMs - atMs)
    return atMs + takenMs * factor + account.withheldMs
  }
  // A moment ahead that is no longer remembered counts by the slower of the rates until it comes.
  account.arrivalMs = lastMs > nowMs ? Math.max(paidOff(nowMs), paidOff(lastMs)) : paidOff(nowMs)
}
