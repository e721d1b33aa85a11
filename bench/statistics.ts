/** A figure that was measured several times. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * Median and range. The median of an even number of values is the mean of the two in the middle.
 *
 * @throws Error when there is nothing to take the median of, or one of the values is no number.
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const [low] = sorted
  const high = sorted.at(-1)
  if (low === undefined || high === undefined) throw new Error('nothing was measured')
  if (sorted.some(Number.isNaN)) throw new Error(`not all of these are numbers: ${values.join()}`)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? low
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? low
  return { median: (lower + upper) / 2, low, high }
}

/**
 * The smallest value that a share `q` of all does not exceed (nearest rank). Sorts `values` in place.
 *
 * @throws Error when there are no values.
 */
export function quantile(values: Float64Array, q: number): number {
  const value = values.sort()[Math.max(0, Math.ceil(q * values.length) - 1)]
  if (value === undefined) throw new Error('there is no quantile of nothing')
  return value
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no mean of nothing')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
