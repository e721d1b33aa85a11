/** A figure that was measured several times. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** @throws Error when there is nothing to take the median of. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const [low] = sorted
  const high = sorted.at(-1)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (low === undefined || high === undefined || middle === undefined)
    throw new Error('nothing was measured')
  return { median: middle, low, high }
}
