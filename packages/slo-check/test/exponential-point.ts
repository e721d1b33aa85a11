/** The fields of an OTLP exponential histogram's data point that holds some observations. */
export function exponentialPoint(seen: readonly number[], scale: number): Record<string, unknown> {
  const positive = seen.filter((value) => value > 0)
  const negative = seen.filter((value) => value < 0).map((value) => -value)
  return {
    count: String(seen.length),
    sum: seen.reduce((sum, value) => sum + value, 0),
    scale,
    zeroCount: String(seen.length - positive.length - negative.length),
    positive: bucketsOf(positive, scale),
    negative: bucketsOf(negative, scale),
  }
}

/** The bucket of index i holds what is above 2^(i / 2^scale) and at most 2^((i + 1) / 2^scale). */
function bucketsOf(values: readonly number[], scale: number): Record<string, unknown> {
  if (values.length === 0) return {}
  const indices = values.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1)
  const offset = Math.min(...indices)
  const counts = Array.from({ length: Math.max(...indices) - offset + 1 }, (_, index) =>
    String(indices.filter((one) => one === offset + index).length),
  )
  return { offset, bucketCounts: counts }
}
