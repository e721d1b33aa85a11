import type { Attributes } from '@opentelemetry/api'
import { hrTime } from '../hr-time.ts'
import { SeriesSet } from '../labels/series-set.ts'
import type { Cell, Refuse } from './cell.ts'
import { HistogramCell, LastCell, SumCell } from './cell.ts'
import { ExponentialCell } from './exponential.ts'
import {
  CUMULATIVE,
  EXPONENTIAL_HISTOGRAM,
  GAUGE,
  HISTOGRAM,
  SUM,
  type CollectedMetric,
  type DataPoint,
  type ExponentialValue,
  type HistogramValue,
  type MetricDescriptor,
} from './collected.ts'

/** How the numbers of an instrument are kept and told. `observed` sums are told by the program, not added up by us. */
export type Shape =
  | { readonly kind: 'sum'; readonly monotonic: boolean; readonly observed: boolean }
  | { readonly kind: 'gauge' }
  | { readonly kind: 'histogram'; readonly boundaries: readonly number[] }
  | { readonly kind: 'exponential' }

/** A cell with what every point of it carries. */
export interface Point<Value> {
  readonly cell: Cell<Value>
  readonly labels: Readonly<Attributes>
  /** Milliseconds since the epoch at which the series began. */
  startMs: number
  /** Whether the next collection reports it: always, but for what a callback no longer observes. */
  live: boolean
}

type AnyPoint = Point<number> | Point<HistogramValue> | Point<ExponentialValue>

/** Where the series of a metric begin in time, how many it may have, and who hears of values it cannot take. */
export interface MetricSettings {
  readonly nowMs: () => number
  readonly maxSeries: number
  readonly refuse: (descriptor: MetricDescriptor) => Refuse
}

/** All series of one instrument. */
export interface Metric {
  readonly descriptor: MetricDescriptor
  readonly shape: Shape
  readonly size: number
  point(attributes: Attributes): AnyPoint
  points(): Iterable<AnyPoint>
  /** The points of now, or undefined when there is none. */
  collect(endMs: number): CollectedMetric | undefined
}

export function createMetric(
  descriptor: MetricDescriptor,
  shape: Shape,
  settings: MetricSettings,
): Metric {
  const refuse = settings.refuse(descriptor)
  const common = { descriptor, aggregationTemporality: CUMULATIVE } as const
  if (shape.kind === 'histogram') {
    const { boundaries } = shape
    const set = pointsOf((overflow) => new HistogramCell(overflow, boundaries, refuse), settings)
    const type = { ...common, dataPointType: HISTOGRAM } as const
    return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
  }
  if (shape.kind === 'exponential') {
    const set = pointsOf((overflow) => new ExponentialCell(overflow, refuse), settings)
    const type = { ...common, dataPointType: EXPONENTIAL_HISTOGRAM } as const
    return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
  }
  if (shape.kind === 'gauge' || shape.observed) {
    const set = pointsOf((overflow) => new LastCell(overflow, refuse), settings)
    const type =
      shape.kind === 'gauge'
        ? ({ ...common, dataPointType: GAUGE } as const)
        : ({ ...common, dataPointType: SUM, isMonotonic: shape.monotonic } as const)
    return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
  }
  const { monotonic } = shape
  const set = pointsOf((overflow) => new SumCell(overflow, monotonic, refuse), settings)
  const type = { ...common, dataPointType: SUM, isMonotonic: monotonic } as const
  return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
}

function pointsOf<Value>(
  cell: (overflow: boolean) => Cell<Value>,
  settings: MetricSettings,
): SeriesSet<Point<Value>> {
  return new SeriesSet(settings.maxSeries, (labels, overflow) => ({
    cell: cell(overflow),
    labels,
    startMs: settings.nowMs(),
    live: true,
  }))
}

function metric<Value>(
  descriptor: MetricDescriptor,
  shape: Shape,
  set: SeriesSet<Point<Value>>,
  told: (dataPoints: DataPoint<Value>[]) => CollectedMetric,
): Omit<Metric, 'point' | 'points'> & {
  point(attributes: Attributes): Point<Value>
  points(): Iterable<Point<Value>>
} {
  return {
    descriptor,
    shape,
    get size() {
      return set.size
    },
    point: (attributes) => set.of(attributes),
    points: () => set,
    collect(endMs) {
      const dataPoints: DataPoint<Value>[] = []
      for (const point of set) {
        if (point.live && point.cell.reported()) dataPoints.push(dataPoint(point, endMs))
      }
      return dataPoints.length === 0 ? undefined : told(dataPoints)
    },
  }
}

function dataPoint<Value>(point: Point<Value>, endMs: number): DataPoint<Value> {
  // A rolling window counts the first increments of a series only if it begins before its first point, and readers
  // of ours keep milliseconds.
  if (point.startMs >= endMs) point.startMs = endMs - 1
  return {
    attributes: point.labels,
    startTime: hrTime(point.startMs),
    endTime: hrTime(endMs),
    value: point.cell.value(),
  }
}
