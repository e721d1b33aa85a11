import type { ExponentialBuckets, ExponentialValues } from './otlp.ts'

/** Observations as an exponential histogram of OTLP, counted here by logarithms and corrected by the bounds themselves. */
export function exponentialOf(observations: readonly number[], scale: number): ExponentialValues {
  const positive = observations.filter((one) => one > 0)
  const negative = observations.filter((one) => one < 0).map((one) => -one)
  return {
    scale,
    sum: observations.reduce((sum, one) => sum + one, 0),
    zero: observations.length - positive.length - negative.length,
    positive: bucketsOf(positive, scale),
    negative: bucketsOf(negative, scale),
  }
}

function bucketsOf(observations: readonly number[], scale: number): ExponentialBuckets {
  if (observations.length === 0) return { offset: 0, counts: [] }
  const indexes = observations.map((one) => indexOf(one, scale))
  const offset = Math.min(...indexes)
  const counts = Array.from({ length: Math.max(...indexes) - offset + 1 }, () => 0)
  for (const index of indexes) counts[index - offset] = (counts[index - offset] ?? 0) + 1
  return { offset, counts }
}

/** Bucket i holds (2^(i/2^scale), 2^((i+1)/2^scale)]. */
function indexOf(observation: number, scale: number): number {
  const bound = (index: number): number => 2 ** (index / 2 ** scale)
  let index = Math.ceil(Math.log2(observation) * 2 ** scale) - 1
  while (observation > bound(index + 1)) index++
  while (observation <= bound(index)) index--
  return index
}

/** The same buckets at a lower scale, each two of them made one as often as it takes. */
export function coarser(
  { offset = 0, counts }: ExponentialBuckets,
  steps: number,
): ExponentialBuckets {
  const merged = new Map<number, number>()
  for (const [i, count] of counts.entries()) {
    const index = Math.floor((offset + i) / 2 ** steps)
    merged.set(index, (merged.get(index) ?? 0) + Number(count))
  }
  const first = Math.min(...merged.keys())
  const last = Math.max(...merged.keys())
  if (merged.size === 0) return { offset: 0, counts: [] }
  return {
    offset: first,
    counts: Array.from({ length: last - first + 1 }, (_, i) => merged.get(first + i) ?? 0),
  }
}
