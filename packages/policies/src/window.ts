/**
 * Counts of the last `windowMs` milliseconds, in columns, kept in slices of a tenth. It ages whenever it is read or
 * written: silence empties it too. What is told is the sum of between nine and ten tenths of the window.
 * O(1): no operation touches more than the slices.
 */
export class RollingWindow {
  static readonly SLICES = 10
  readonly #sliceMs: number
  readonly #columns: number
  readonly #counts: Float64Array
  readonly #sums: Float64Array
  #slice = -Infinity

  constructor(windowMs: number, columns: number) {
    this.#sliceMs = windowMs / RollingWindow.SLICES
    this.#columns = columns
    this.#counts = new Float64Array(RollingWindow.SLICES * columns)
    this.#sums = new Float64Array(columns)
  }

  add(column: number, nowMs: number): void {
    this.#age(nowMs)
    this.#put(column, 1)
  }

  sum(column: number, nowMs: number): number {
    this.#age(nowMs)
    return this.#sums[column] ?? 0
  }

  /**
   * The same counts over another length of time. A count is then as old as the end of its slice, so that none is forgotten
   * before its time.
   */
  resized(windowMs: number, nowMs: number): RollingWindow {
    this.#age(nowMs)
    const other = new RollingWindow(windowMs, this.#columns)
    const oldest = Math.max(0, this.#slice - RollingWindow.SLICES + 1)
    for (let slice = oldest; slice <= this.#slice; slice++) {
      other.#age(Math.min(nowMs, (slice + 1) * this.#sliceMs))
      const start = (slice % RollingWindow.SLICES) * this.#columns
      for (let column = 0; column < this.#columns; column++) {
        other.#put(column, this.#counts[start + column] ?? 0)
      }
    }
    return other
  }

  clear(): void {
    this.#counts.fill(0)
    this.#sums.fill(0)
  }

  #put(column: number, count: number): void {
    const cell = (this.#slice % RollingWindow.SLICES) * this.#columns + column
    this.#counts[cell] = (this.#counts[cell] ?? 0) + count
    this.#sums[column] = (this.#sums[column] ?? 0) + count
  }

  #age(nowMs: number): void {
    const slice = Math.floor(nowMs / this.#sliceMs)
    // A clock that stands still or steps back ages nothing.
    if (slice <= this.#slice) return
    if (slice - this.#slice >= RollingWindow.SLICES) this.clear()
    else for (let passed = this.#slice + 1; passed <= slice; passed++) this.#drop(passed)
    this.#slice = slice
  }

  /** Empties the place that slice `passed` takes over from the one a window ago. */
  #drop(passed: number): void {
    const start = (passed % RollingWindow.SLICES) * this.#columns
    for (let column = 0; column < this.#columns; column++) {
      this.#sums[column] = (this.#sums[column] ?? 0) - (this.#counts[start + column] ?? 0)
      this.#counts[start + column] = 0
    }
  }
}
