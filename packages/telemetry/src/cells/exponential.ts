import { base2Index } from './base2-index.ts'
import type { Cell, Refuse } from './cell.ts'
import type { ExponentialValue } from './collected.ts'

/** Buckets of one series, the default of the specification ("Base2 Exponential Bucket Histogram Aggregation"). */
const MAX_SIZE = 160
/**
 * The finest scale that is kept: neighbouring boundaries 0.27 % apart. The specification begins at 20. Prometheus keeps
 * nothing finer than 8, and before 3.16 miscounts what it has to bring down itself.
 */
const MAX_SCALE = 8

/**
 * A histogram whose buckets find their own boundaries: as fine as {@link MAX_SIZE} of them allow for the values that came,
 * coarser by a factor of two whenever they no longer reach. Reported once it has a value.
 */
export class ExponentialCell implements Cell<ExponentialValue> {
  readonly overflow: boolean
  readonly #refuse: Refuse
  readonly #maxSize: number
  #scale: number
  /** Index of the first bucket. */
  #offset = 0
  #counts: number[] = []
  #zeros = 0
  #count = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  constructor(overflow: boolean, refuse: Refuse, maxScale = MAX_SCALE, maxSize = MAX_SIZE) {
    this.overflow = overflow
    this.#refuse = refuse
    this.#scale = maxScale
    this.#maxSize = maxSize
  }

  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      this.#refuse(value)
      return
    }
    this.#count += 1
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (value === 0) {
      this.#zeros += 1
      return
    }
    const bucket = base2Index(value, this.#scale) - this.#offset
    const before = this.#counts[bucket]
    if (before === undefined) this.#widen(value)
    else this.#counts[bucket] = before + 1
  }

  value(): ExponentialValue {
    return {
      scale: this.#scale,
      zeroCount: this.#zeros,
      positive: { offset: this.#offset, bucketCounts: [...this.#counts] },
      negative: { offset: 0, bucketCounts: [] },
      sum: this.#sum,
      count: this.#count,
      min: this.#min,
      max: this.#max,
    }
  }

  reported(): boolean {
    return this.#count > 0
  }

  /** Takes up a value outside of the buckets so far. */
  #widen(value: number): void {
    let index = base2Index(value, this.#scale)
    if (this.#counts.length === 0) this.#offset = index
    const reach = (): number =>
      Math.max(index, this.#offset + this.#counts.length - 1) - Math.min(index, this.#offset)
    while (reach() >= this.#maxSize) {
      this.#halve()
      index >>= 1
    }
    while (index < this.#offset) {
      this.#counts.unshift(0)
      this.#offset -= 1
    }
    const bucket = index - this.#offset
    while (this.#counts.length <= bucket) this.#counts.push(0)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  /** One scale down: two neighbours become one, the even index first. */
  #halve(): void {
    const offset = this.#offset >> 1
    const counts: number[] = []
    for (const [at, count] of this.#counts.entries()) {
      const to = ((this.#offset + at) >> 1) - offset
      counts[to] = (counts[to] ?? 0) + count
    }
    this.#scale -= 1
    this.#offset = offset
    this.#counts = counts
  }
}
