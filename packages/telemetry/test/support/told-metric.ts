import { ValueType, type Attributes } from '@opentelemetry/api'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics'

/** A metric as a reader sees it, all of it but its times. */
export interface ToldMetric {
  readonly scope: string
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly value: string
  readonly type: string
  readonly temporality: string
  readonly points: readonly { readonly attributes: Attributes; readonly value: unknown }[]
}

/** What an export holds, metrics and points in a fixed order. */
export function told(scopes: readonly ScopeMetrics[]): ToldMetric[] {
  return scopes
    .flatMap(({ scope, metrics }) => metrics.map((metric) => toldMetric(scope.name, metric)))
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

function toldMetric(scope: string, metric: MetricData): ToldMetric {
  const { name, description, unit, valueType } = metric.descriptor
  const sum = metric.dataPointType === DataPointType.SUM
  return {
    scope,
    name,
    description,
    unit,
    value: ValueType[valueType],
    type: sum && metric.isMonotonic ? 'MONOTONIC SUM' : DataPointType[metric.dataPointType],
    temporality: AggregationTemporality[metric.aggregationTemporality],
    points: metric.dataPoints
      .map(({ attributes, value }) => ({ attributes: sorted(attributes), value }))
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  }
}

function sorted(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
