import type { Series } from '../measures.ts'
import type { HistogramValue } from './collected.ts'
import type { Slots } from './places.ts'

/** Hears of a value that an instrument cannot take: it is left out. */
export type Refuse = (value: number) => void

/** A series kept by us: its number, and whether it has anything to report yet. */
export interface Cell<Value> extends Series {
  /** A copy: what the cell takes up later does not change it. */
  value(): Value
  reported(): boolean
}

/** A sum: reported from the moment it exists, at 0. */
export class SumCell implements Cell<number> {
  /** The numbers of a new one. */
  static readonly initial: readonly number[] = [0]
  readonly overflow: boolean
  readonly #slots: Slots
  readonly #least: number
  readonly #refuse: Refuse

  constructor(slots: Slots, overflow: boolean, monotonic: boolean, refuse: Refuse) {
    this.#slots = slots
    this.overflow = overflow
    this.#least = monotonic ? 0 : -Infinity
    this.#refuse = refuse
  }

  record(value: number): void {
    if (value >= this.#least && Number.isFinite(value)) this.#slots[0] = this.value() + value
    else this.#refuse(value)
  }

  value(): number {
    return this.#slots[0] ?? 0
  }

  reported(): boolean {
    return true
  }
}

/** The last value: reported once there is one. */
export class LastCell implements Cell<number> {
  /** The value, and whether there is one. */
  static readonly initial: readonly number[] = [0, 0]
  readonly overflow: boolean
  readonly #slots: Slots
  readonly #refuse: Refuse

  constructor(slots: Slots, overflow: boolean, refuse: Refuse) {
    this.#slots = slots
    this.overflow = overflow
    this.#refuse = refuse
  }

  record(value: number): void {
    if (!Number.isFinite(value)) {
      this.#refuse(value)
      return
    }
    this.#slots[0] = value
    this.#slots[1] = 1
  }

  value(): number {
    return this.#slots[0] ?? 0
  }

  reported(): boolean {
    return this.#slots[1] === 1
  }
}

const SUM = 0
const MIN = 1
const MAX = 2
const COUNTS = 3

/**
 * A histogram of explicit buckets, a value on a boundary in the lower one: reported once it has a value.
 *
 * How many values it took is the sum of its buckets, and no number of its own: so whoever reads it from another thread
 * while a value is being recorded finds count and buckets equal, and the sum, least and greatest at most that value behind.
 */
export class HistogramCell implements Cell<HistogramValue> {
  static initial(boundaries: readonly number[]): readonly number[] {
    return [0, Infinity, -Infinity, ...Array.from({ length: boundaries.length + 1 }, () => 0)]
  }

  readonly overflow: boolean
  readonly #slots: Slots
  readonly #boundaries: readonly number[]
  readonly #refuse: Refuse

  constructor(slots: Slots, overflow: boolean, boundaries: readonly number[], refuse: Refuse) {
    this.#slots = slots
    this.overflow = overflow
    this.#boundaries = boundaries
    this.#refuse = refuse
  }

  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      this.#refuse(value)
      return
    }
    const slots = this.#slots
    const bucket = COUNTS + bucketOf(this.#boundaries, value)
    slots[bucket] = (slots[bucket] ?? 0) + 1
    slots[SUM] = (slots[SUM] ?? 0) + value
    if (value < (slots[MIN] ?? 0)) slots[MIN] = value
    if (value > (slots[MAX] ?? 0)) slots[MAX] = value
  }

  value(): HistogramValue {
    const [sum = 0, min = 0, max = 0, ...counts] = this.#slots
    return {
      buckets: { boundaries: [...this.#boundaries], counts },
      sum,
      count: counts.reduce((all, count) => all + count, 0),
      min,
      max,
    }
  }

  reported(): boolean {
    const slots = this.#slots
    for (let bucket = COUNTS; bucket < slots.length; bucket += 1) {
      if (slots[bucket] !== 0) return true
    }
    return false
  }
}

/** Index of the first boundary that is not below `value`; one past the last when there is none. */
function bucketOf(boundaries: readonly number[], value: number): number {
  let low = 0
  let high = boundaries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value <= (boundaries[middle] ?? Infinity)) high = middle
    else low = middle + 1
  }
  return low
}
