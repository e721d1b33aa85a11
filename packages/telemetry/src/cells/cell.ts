import type { Series } from '../measures.ts'
import type { HistogramValue } from './collected.ts'

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
  readonly overflow: boolean
  readonly #least: number
  readonly #refuse: Refuse
  #sum = 0

  constructor(overflow: boolean, monotonic: boolean, refuse: Refuse) {
    this.overflow = overflow
    this.#least = monotonic ? 0 : -Infinity
    this.#refuse = refuse
  }

  record(value: number): void {
    if (value >= this.#least && Number.isFinite(value)) this.#sum += value
    else this.#refuse(value)
  }

  value(): number {
    return this.#sum
  }

  reported(): boolean {
    return true
  }
}

/** The last value: reported once there is one. */
export class LastCell implements Cell<number> {
  readonly overflow: boolean
  readonly #refuse: Refuse
  #last: number | undefined

  constructor(overflow: boolean, refuse: Refuse) {
    this.overflow = overflow
    this.#refuse = refuse
  }

  record(value: number): void {
    if (Number.isFinite(value)) this.#last = value
    else this.#refuse(value)
  }

  value(): number {
    return this.#last ?? 0
  }

  reported(): boolean {
    return this.#last !== undefined
  }
}

/** A histogram of explicit buckets, a value on a boundary in the lower one: reported once it has a value. */
export class HistogramCell implements Cell<HistogramValue> {
  readonly overflow: boolean
  readonly #boundaries: readonly number[]
  readonly #refuse: Refuse
  readonly #counts: number[]
  #count = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  constructor(overflow: boolean, boundaries: readonly number[], refuse: Refuse) {
    this.overflow = overflow
    this.#boundaries = boundaries
    this.#refuse = refuse
    this.#counts = Array.from({ length: boundaries.length + 1 }, () => 0)
  }

  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      this.#refuse(value)
      return
    }
    const bucket = bucketOf(this.#boundaries, value)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count += 1
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  value(): HistogramValue {
    return {
      buckets: { boundaries: [...this.#boundaries], counts: [...this.#counts] },
      sum: this.#sum,
      count: this.#count,
      min: this.#min,
      max: this.#max,
    }
  }

  reported(): boolean {
    return this.#count > 0
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
