import { base2Index } from './base2-index.ts'
import type { Cell, Refuse } from './cell.ts'
import type { ExponentialValue } from './collected.ts'
import type { Slots } from './places.ts'

/** Buckets of one series, the default of the specification ("Base2 Exponential Bucket Histogram Aggregation"). */
const MAX_SIZE = 160
/**
 * The finest scale that is kept: neighbouring boundaries 0.27 % apart. The specification begins at 20. Prometheus keeps
 * nothing finer than 8, and before 3.16 miscounts what it has to bring down itself.
 */
const MAX_SCALE = 8

const SUM = 0
const MIN = 1
const MAX = 2
const ZEROS = 3
/** Where the row of buckets in use begins. There are two: buckets are moved into the other, which then is in use. */
const ROW = 4
const FIRST_ROW = 5
/** Of a row: its scale, the index of its first bucket, how many there are, and their counts. */
const SCALE = 0
const OFFSET = 1
const SIZE = 2
const COUNTS = 3

/** Buckets that are not in a row yet. */
interface Buckets {
  readonly scale: number
  readonly offset: number
  readonly counts: readonly number[]
}

/**
 * A histogram whose buckets find their own boundaries: as fine as {@link MAX_SIZE} of them allow for the values that came,
 * coarser by a factor of two whenever they no longer reach. Reported once it has a value.
 *
 * Whoever reads its numbers from another thread finds whole rows, and what it counts is the sum of its buckets.
 */
export class ExponentialCell implements Cell<ExponentialValue> {
  /** The numbers of a new one. */
  static initial(maxScale = MAX_SCALE, maxSize = MAX_SIZE): readonly number[] {
    const row = [maxScale, 0, 0, ...Array.from({ length: maxSize }, () => 0)]
    return [0, Infinity, -Infinity, 0, FIRST_ROW, ...row, ...row]
  }

  readonly overflow: boolean
  readonly #slots: Slots
  readonly #refuse: Refuse
  readonly #maxSize: number

  constructor(slots: Slots, overflow: boolean, refuse: Refuse) {
    this.#slots = slots
    this.overflow = overflow
    this.#refuse = refuse
    this.#maxSize = (slots.length - FIRST_ROW) / 2 - COUNTS
  }

  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) {
      this.#refuse(value)
      return
    }
    if (value === 0) this.#add(ZEROS, 1)
    else {
      const row = this.#at(ROW)
      const index = base2Index(value, this.#at(row + SCALE))
      const bucket = index - this.#at(row + OFFSET)
      if (bucket >= 0 && bucket < this.#at(row + SIZE)) this.#add(row + COUNTS + bucket, 1)
      else this.#widen(index)
    }
    this.#add(SUM, value)
    if (value < this.#at(MIN)) this.#slots[MIN] = value
    if (value > this.#at(MAX)) this.#slots[MAX] = value
  }

  value(): ExponentialValue {
    const { scale, offset, counts } = this.#buckets()
    const zeroCount = this.#at(ZEROS)
    return {
      scale,
      zeroCount,
      positive: { offset, bucketCounts: [...counts] },
      negative: { offset: 0, bucketCounts: [] },
      sum: this.#at(SUM),
      count: counts.reduce((all, count) => all + count, zeroCount),
      min: this.#at(MIN),
      max: this.#at(MAX),
    }
  }

  reported(): boolean {
    return this.#at(ZEROS) > 0 || this.#at(this.#at(ROW) + SIZE) > 0
  }

  #at(slot: number): number {
    return this.#slots[slot] ?? 0
  }

  #add(slot: number, value: number): void {
    this.#slots[slot] = this.#at(slot) + value
  }

  #buckets(): Buckets {
    const row = this.#at(ROW)
    const first = row + COUNTS
    return {
      scale: this.#at(row + SCALE),
      offset: this.#at(row + OFFSET),
      counts: Array.from(this.#slots.slice(first, first + this.#at(row + SIZE))),
    }
  }

  /** Takes up a value outside of the buckets so far, whose index at their scale this is. */
  #widen(index: number): void {
    let buckets = this.#buckets()
    let at = index
    if (buckets.counts.length === 0) buckets = { ...buckets, offset: at }
    const reach = ({ offset, counts }: Buckets): number =>
      Math.max(at, offset + counts.length - 1) - Math.min(at, offset)
    while (reach(buckets) >= this.#maxSize) {
      buckets = halved(buckets)
      at >>= 1
    }
    const { scale, offset, counts } = buckets
    const first = Math.min(at, offset)
    const size = Math.max(at, offset + counts.length - 1) - first + 1
    const wide = Array.from({ length: size }, (_, bucket) => counts[bucket + first - offset] ?? 0)
    wide[at - first] = (wide[at - first] ?? 0) + 1
    this.#keep({ scale, offset: first, counts: wide })
  }

  /** Into the row that is not in use; then it is. */
  #keep({ scale, offset, counts }: Buckets): void {
    const slots = this.#slots
    const second = FIRST_ROW + COUNTS + this.#maxSize
    const row = this.#at(ROW) === FIRST_ROW ? second : FIRST_ROW
    slots[row + SCALE] = scale
    slots[row + OFFSET] = offset
    slots[row + SIZE] = counts.length
    for (const [bucket, count] of counts.entries()) slots[row + COUNTS + bucket] = count
    slots[ROW] = row
  }
}

/** One scale down: two neighbours become one, the even index first. */
function halved({ scale, offset, counts }: Buckets): Buckets {
  const half = offset >> 1
  const sums: number[] = []
  for (const [at, count] of counts.entries()) {
    const to = ((offset + at) >> 1) - half
    sums[to] = (sums[to] ?? 0) + count
  }
  return { scale: scale - 1, offset: half, counts: sums }
}
