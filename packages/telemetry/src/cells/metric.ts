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
import type { Allot, Place } from './places.ts'
import type { Shape } from './shape.ts'

/** A cell with what every point of it carries. */
export interface Point<Value> {
  readonly cell: Cell<Value>
  readonly labels: Readonly<Attributes>
  readonly place: Place
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
  allot: Allot,
): Metric {
  const refuse = settings.refuse(descriptor)
  const common = { descriptor, aggregationTemporality: CUMULATIVE } as const
  if (shape.kind === 'histogram') {
    const { boundaries } = shape
    const set = pointsOf(settings, allot, {
      initial: HistogramCell.initial(boundaries),
      cell: ({ slots }, overflow) => new HistogramCell(slots, overflow, boundaries, refuse),
    })
    const type = { ...common, dataPointType: HISTOGRAM } as const
    return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
  }
  if (shape.kind === 'exponential') {
    const set = pointsOf(settings, allot, {
      initial: ExponentialCell.initial(),
      cell: ({ slots }, overflow) => new ExponentialCell(slots, overflow, refuse),
    })
    const type = { ...common, dataPointType: EXPONENTIAL_HISTOGRAM } as const
    return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
  }
  if (shape.kind === 'gauge' || shape.observed) {
    const set = pointsOf(settings, allot, {
      initial: LastCell.initial,
      cell: ({ slots }, overflow) => new LastCell(slots, overflow, refuse),
    })
    const type =
      shape.kind === 'gauge'
        ? ({ ...common, dataPointType: GAUGE } as const)
        : ({ ...common, dataPointType: SUM, isMonotonic: shape.monotonic } as const)
    return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
  }
  const { monotonic } = shape
  const set = pointsOf(settings, allot, {
    initial: SumCell.initial,
    cell: ({ slots }, overflow) => new SumCell(slots, overflow, monotonic, refuse),
  })
  const type = { ...common, dataPointType: SUM, isMonotonic: monotonic } as const
  return metric(descriptor, shape, set, (dataPoints) => ({ ...type, dataPoints }))
}

/** How a cell begins, and how it is made. */
interface Making<Value> {
  readonly initial: readonly number[]
  readonly cell: (place: Place, overflow: boolean) => Cell<Value>
}

function pointsOf<Value>(
  { maxSeries, nowMs }: MetricSettings,
  allot: Allot,
  { initial, cell }: Making<Value>,
): SeriesSet<Point<Value>> {
  return new SeriesSet(maxSeries, (labels, overflow) => {
    const place = allot(labels, nowMs(), initial)
    return { cell: cell(place, overflow), labels, place }
  })
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
        if (point.place.live && point.cell.reported()) dataPoints.push(dataPoint(point, endMs))
      }
      return dataPoints.length === 0 ? undefined : told(dataPoints)
    },
  }
}

function dataPoint<Value>({ cell, labels, place }: Point<Value>, endMs: number): DataPoint<Value> {
  // A rolling window counts the first increments of a series only if it begins before its first point, and readers
  // of ours keep milliseconds.
  if (place.startMs >= endMs) place.startMs = endMs - 1
  return {
    attributes: labels,
    startTime: hrTime(place.startMs),
    endTime: hrTime(endMs),
    value: cell.value(),
  }
}
