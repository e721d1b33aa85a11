/** Builders of OTLP lines for tests, in the form in which JavaScript's exporter writes them: numbers as numbers. */

interface OtlpAttribute {
  readonly key: string
  readonly value: object
}

export interface OtlpMetric {
  readonly name: string
  readonly [field: string]: unknown
}

export const epochSeconds = 1_763_788_000

export function nanos(secondsAfterEpoch: number): string {
  return `${BigInt(Math.round((epochSeconds + secondsAfterEpoch) * 1000)) * 1_000_000n}`
}

function attributes(of: Readonly<Record<string, string | number | boolean>>): OtlpAttribute[] {
  return Object.entries(of).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value }
}

export function line(
  metrics: readonly OtlpMetric[],
  resource: Readonly<Record<string, string | number | boolean>> = {},
): string {
  return JSON.stringify({
    resourceMetrics: [
      { resource: { attributes: attributes(resource) }, scopeMetrics: [{ metrics }] },
    ],
  })
}

export interface PointOptions {
  readonly at: number
  readonly start?: number
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

export function numberPoint(value: number | string | null, options: PointOptions): object {
  return {
    ...frame(options),
    ...(Number.isSafeInteger(value) ? { asInt: value } : { asDouble: value }),
  }
}

export interface HistogramValues {
  readonly bounds: readonly (number | string)[]
  readonly counts: readonly number[]
  readonly sum?: number
}

export function histogramPoint(values: HistogramValues, options: PointOptions): object {
  return {
    ...frame(options),
    count: values.counts.reduce((sum, one) => sum + one, 0),
    ...(values.sum === undefined ? {} : { sum: values.sum }),
    bucketCounts: values.counts,
    explicitBounds: values.bounds,
  }
}

export interface ExponentialBuckets {
  readonly offset?: number
  readonly counts: readonly (number | string)[]
}

export interface ExponentialValues {
  readonly scale: number
  readonly zero?: number
  readonly positive?: ExponentialBuckets
  readonly negative?: ExponentialBuckets
  readonly sum?: number | string | null
  /** Default: what the buckets hold. */
  readonly count?: number | string
}

export function exponentialPoint(values: ExponentialValues, options: PointOptions): object {
  const { scale, zero, positive, negative, sum } = values
  const held = [...(positive?.counts ?? []), ...(negative?.counts ?? [])]
  return {
    ...frame(options),
    count: values.count ?? held.reduce<number>((total, one) => total + Number(one), zero ?? 0),
    ...(sum === undefined ? {} : { sum }),
    scale,
    ...(zero === undefined ? {} : { zeroCount: zero }),
    ...(positive === undefined ? {} : { positive: otlpBuckets(positive) }),
    ...(negative === undefined ? {} : { negative: otlpBuckets(negative) }),
  }
}

function otlpBuckets({ offset, counts }: ExponentialBuckets): object {
  return { ...(offset === undefined ? {} : { offset }), bucketCounts: counts }
}

function frame({ at, start, attributes: pairs = {} }: PointOptions): object {
  return {
    attributes: attributes(pairs),
    ...(start === undefined ? {} : { startTimeUnixNano: nanos(start) }),
    timeUnixNano: nanos(at),
  }
}

const cumulative = { aggregationTemporality: 2 }

export function counter(name: string, dataPoints: readonly object[], unit = ''): OtlpMetric {
  return { name, unit, sum: { ...cumulative, isMonotonic: true, dataPoints } }
}

export function upDownCounter(name: string, dataPoints: readonly object[], unit = ''): OtlpMetric {
  return { name, unit, sum: { ...cumulative, isMonotonic: false, dataPoints } }
}

export function gauge(name: string, dataPoints: readonly object[], unit = ''): OtlpMetric {
  return { name, unit, gauge: { dataPoints } }
}

export function histogram(name: string, dataPoints: readonly object[], unit = ''): OtlpMetric {
  return { name, unit, histogram: { ...cumulative, dataPoints } }
}

export function exponentialHistogram(
  name: string,
  dataPoints: readonly object[],
  unit = '',
): OtlpMetric {
  return { name, unit, exponentialHistogram: { ...cumulative, dataPoints } }
}
