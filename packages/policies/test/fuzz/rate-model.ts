/** Rounding of sums of intervals, in requests. */
const EPSILON = 1e-6

/** What a limiter may let through, told by a bucket that is filled at its rate: the plain way to say the same. */
export class ModelBucket {
  readonly #ratePerSecond: number
  readonly #burst: number
  #tokens: number
  #atMs = 0

  constructor({
    ratePerSecond,
    burst,
  }: {
    readonly ratePerSecond: number
    readonly burst: number
  }) {
    this.#ratePerSecond = ratePerSecond
    this.#burst = burst
    this.#tokens = burst
  }

  /** Whether one more may go now. */
  hasRoom(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#tokens >= 1 + EPSILON
  }

  /** One goes; false when it should not have. */
  take(nowMs: number): boolean {
    this.#fill(nowMs)
    this.#tokens -= 1
    return this.#tokens >= -EPSILON
  }

  #fill(nowMs: number): void {
    const gained = ((nowMs - this.#atMs) / 1_000) * this.#ratePerSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + gained)
    this.#atMs = nowMs
  }
}

/** How many retries a budget may pay for: every call and every retry is kept, with its moment. */
export class ModelBudget {
  readonly #ratio: number
  readonly #minPerSecond: number
  readonly #windowMs: number
  readonly #calls: number[] = []
  readonly #retries: number[] = []

  constructor(options: {
    readonly ratio: number
    readonly minPerSecond: number
    readonly windowMs: number
  }) {
    this.#ratio = options.ratio
    this.#minPerSecond = options.minPerSecond
    this.#windowMs = options.windowMs
  }

  call(nowMs: number): void {
    this.#calls.push(nowMs)
  }

  /** A retry was paid for; false when no budget of this kind could. */
  retry(nowMs: number): boolean {
    this.#retries.push(nowMs)
    const paid = this.#ratio * within(this.#calls, nowMs - this.#windowMs)
    const reserve = (this.#minPerSecond * this.#windowMs) / 1_000
    // What the window still holds is at least nine tenths of it, and never more than all.
    return within(this.#retries, nowMs - 0.9 * this.#windowMs) <= paid + reserve + EPSILON
  }

  /** Forgets what no window holds any more. */
  prune(nowMs: number): void {
    for (const list of [this.#calls, this.#retries]) {
      const kept = list.filter((atMs) => atMs > nowMs - this.#windowMs)
      list.splice(0, list.length, ...kept)
    }
  }
}

function within(moments: readonly number[], afterMs: number): number {
  let count = 0
  for (let index = moments.length - 1; index >= 0; index--) {
    if ((moments[index] ?? -Infinity) <= afterMs) break
    count++
  }
  return count
}
