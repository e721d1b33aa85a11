import { ValueType, type Attributes, type Meter, type MetricOptions } from '@opentelemetry/api'
import { histogramShape, type HistogramSettings } from './histogram-shape.ts'
import type { Metric } from './metric.ts'
import type { CellObservable } from './observables.ts'
import type { Scope } from './scope.ts'
import type { Shape } from './shape.ts'

/** What the OpenTelemetry specification gives as the boundaries of a histogram that says nothing. */
const DEFAULT_BOUNDARIES = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]

/** A meter of the OpenTelemetry API whose instruments are cells. */
export function cellMeter(scope: Scope, histograms: HistogramSettings): Meter {
  const create = (name: string, shape: Shape, options?: MetricOptions): Metric => {
    const descriptor = {
      name: textOf(name),
      description: textOf(options?.description),
      unit: textOf(options?.unit),
      valueType: options?.valueType ?? ValueType.DOUBLE,
    }
    return scope.metric(descriptor, shape)
  }
  const observable = (name: string, shape: Shape, options?: MetricOptions): CellObservable =>
    scope.observables.create(create(name, shape, options))

  return {
    createCounter: (name, options) => ({ add: recordOn(create(name, COUNTER, options)) }),
    createUpDownCounter: (name, options) => ({
      add: recordOn(create(name, UP_DOWN_COUNTER, options)),
    }),
    createGauge: (name, options) => ({
      record: recordOn(create(name, { kind: 'gauge' }, options)),
    }),
    createHistogram: (name, options) => {
      const advised: unknown = options?.advice?.explicitBucketBoundaries
      const own = Array.isArray(advised) ? (advised as number[]) : DEFAULT_BOUNDARIES
      return { record: recordOn(create(name, histogramShape(name, own, histograms), options)) }
    },
    createObservableCounter: (name, options) =>
      observable(name, { ...COUNTER, observed: true }, options),
    createObservableUpDownCounter: (name, options) =>
      observable(name, { ...UP_DOWN_COUNTER, observed: true }, options),
    createObservableGauge: (name, options) => observable(name, { kind: 'gauge' }, options),
    addBatchObservableCallback: (callback, observables) =>
      scope.observables.addBatch(callback, observables),
    removeBatchObservableCallback: (callback, observables) =>
      scope.observables.removeBatch(callback, observables),
  }
}

/** A program without types may pass anything; who reads a file or scrapes takes nothing but text. */
function textOf(given: unknown): string {
  if (typeof given === 'string') return given
  return typeof given === 'number' ? String(given) : ''
}

const COUNTER = { kind: 'sum', monotonic: true, observed: false } as const
const UP_DOWN_COUNTER = { kind: 'sum', monotonic: false, observed: false } as const
const NO_ATTRIBUTES: Attributes = {}

function recordOn(metric: Metric): (value: number, attributes?: Attributes) => void {
  const whole = metric.descriptor.valueType === ValueType.INT
  return (value, attributes) => {
    const { cell } = metric.point(attributes ?? NO_ATTRIBUTES)
    // A program without types may pass anything; arithmetic on some of it throws.
    if (typeof value !== 'number') cell.record(NaN)
    else cell.record(whole ? Math.trunc(value) : value)
  }
}
