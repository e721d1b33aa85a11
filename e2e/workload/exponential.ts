/** One side of an exponential histogram, as OTLP has it. */
export interface ExponentialBuckets {
  readonly offset: number
  readonly bucketCounts: readonly number[]
}

/**
 * The bucket of a positive value: index `i` holds (base^i, base^(i+1)], base being 2^(2^-scale). As the OpenTelemetry data
 * model defines it.
 */
function bucketIndex(value: number, scale: number): number {
  const exact = Math.log2(value) * 2 ** scale
  return Math.ceil(exact) - 1
}

/** The buckets of positive values. */
export function exponentialBuckets(values: readonly number[], scale: number): ExponentialBuckets {
  const indexes = values.map((value) => bucketIndex(value, scale))
  if (indexes.length === 0) return { offset: 0, bucketCounts: [] }
  const offset = Math.min(...indexes)
  const bucketCounts = Array.from({ length: Math.max(...indexes) - offset + 1 }, () => 0)
  for (const index of indexes)
    bucketCounts[index - offset] = (bucketCounts[index - offset] ?? 0) + 1
  return { offset, bucketCounts }
}
