import type { Attributes, HrTime, ValueType } from '@opentelemetry/api'

/**
 * What cells hand out: the shape of the SDK's `ScopeMetrics[]`, written down here because this package does not import
 * the SDK. Its serialisers and a `MetricProducer` take it as it is.
 */
export type CollectedMetrics = CollectedScope[]

export interface CollectedScope {
  scope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string }
  metrics: CollectedMetric[]
}

export type CollectedMetric =
  | CollectedSum
  | CollectedGauge
  | CollectedHistogram
  | CollectedExponentialHistogram

export interface MetricDescriptor {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly valueType: ValueType
}

/** Numbers of the SDK's `AggregationTemporality` and `DataPointType`. */
export const CUMULATIVE = 1
export const HISTOGRAM = 0
export const EXPONENTIAL_HISTOGRAM = 1
export const GAUGE = 2
export const SUM = 3

interface Collected {
  readonly descriptor: MetricDescriptor
  readonly aggregationTemporality: typeof CUMULATIVE
}

export interface CollectedSum extends Collected {
  readonly dataPointType: typeof SUM
  readonly isMonotonic: boolean
  readonly dataPoints: DataPoint<number>[]
}

export interface CollectedGauge extends Collected {
  readonly dataPointType: typeof GAUGE
  readonly dataPoints: DataPoint<number>[]
}

export interface CollectedHistogram extends Collected {
  readonly dataPointType: typeof HISTOGRAM
  readonly dataPoints: DataPoint<HistogramValue>[]
}

export interface CollectedExponentialHistogram extends Collected {
  readonly dataPointType: typeof EXPONENTIAL_HISTOGRAM
  readonly dataPoints: DataPoint<ExponentialValue>[]
}

export interface DataPoint<Value> {
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly attributes: Attributes
  readonly value: Value
}

export interface HistogramValue {
  buckets: { boundaries: number[]; counts: number[] }
  sum: number
  count: number
  min: number
  max: number
}

export interface ExponentialValue {
  scale: number
  zeroCount: number
  positive: { offset: number; bucketCounts: number[] }
  negative: { offset: number; bucketCounts: number[] }
  sum: number
  count: number
  min: number
  max: number
}
