import type { MeterProvider } from '@opentelemetry/api'
import { systemClock, type Clock } from '@plimsoll/policies'
import {
  INSTRUMENTS,
  SCOPE_NAME,
  type InstrumentDefinition,
  type InstrumentId,
} from '@plimsoll/semconv'
import { faultReport, warn } from '../diagnostics.ts'
import { descriptorOf } from '../instrument-descriptor.ts'
import { MAX_SERIES_PER_INSTRUMENT, type Measures, type MeasuresOptions } from '../measures.ts'
import { VERSION } from '../version.ts'
import type { CollectedMetrics, MetricDescriptor } from './collected.ts'
import { histogramShape, type HistogramSettings } from './histogram-shape.ts'
import { cellMeter } from './meter.ts'
import type { Metric, MetricSettings } from './metric.ts'
import { plainPlaces, type Places } from './places.ts'
import { Scope } from './scope.ts'
import type { Shape } from './shape.ts'
import { keptPlaces, type StoredSeries } from './stored-series.ts'

export interface CellsOptions extends MeasuresOptions {
  /** @default systemClock */
  readonly clock?: Clock
  /**
   * Buckets of histograms: those that each names, or base-2 exponential ones, which find theirs. One with `boundaries`
   * is explicit all the same. @default 'explicit'
   */
  readonly histograms?: 'explicit' | 'exponential'
  /** Where the numbers are kept. @default memory of this thread alone */
  readonly places?: Places
  /** Series that are there from the beginning, with their numbers: those of another thread. */
  readonly stored?: readonly StoredSeries[]
}

/**
 * Numbers kept by this package: a record costs nanoseconds, and all of them can be read synchronously, in an `exit`
 * handler too. Cumulative. Views and exemplars of the SDK do not reach them.
 */
export interface Cells {
  /** For our own instruments. */
  readonly measures: Measures
  /**
   * For the program's instruments: a MeterProvider of the OpenTelemetry API on the same cells. What an asynchronous
   * callback observes is reported by the first collection after it has settled.
   */
  readonly meterProvider: MeterProvider
  /** All series that have something to report, cumulative since each began. */
  collect(): CollectedMetrics
  /** How many series there are, reported or not. */
  seriesCount(): number
}

/** Empty cells; `metrics.boundaries` of the configuration comes in as `boundaries`. */
export function createCells(options: CellsOptions = {}): Cells {
  const { clock = systemClock, boundaries, histograms = 'explicit', stored = [] } = options
  const kept: HistogramSettings = { boundaries, histograms }
  const places = keptPlaces(stored, options.places ?? plainPlaces)
  const { maxSeriesPerInstrument = MAX_SERIES_PER_INSTRUMENT } = options
  const scopes = new Map<string, Scope>()
  const settings: MetricSettings = {
    nowMs: () => Math.floor(clock.epoch()),
    maxSeries: maxSeriesPerInstrument,
    refuse,
  }
  const report = faultReport()
  let lastMs = -Infinity

  const scopeOf = (name: string, version?: string, schemaUrl?: string): Scope => {
    const key = JSON.stringify([name, version, schemaUrl])
    let scope = scopes.get(key)
    if (scope === undefined) {
      const told = {
        name,
        ...(version === undefined ? {} : { version }),
        ...(schemaUrl === undefined ? {} : { schemaUrl }),
      }
      scope = new Scope(told, settings, places, report)
      scopes.set(key, scope)
    }
    return scope
  }

  for (const { scope, descriptor, shape, labels } of stored) {
    scopeOf(scope.name, scope.version, scope.schemaUrl).metric(descriptor, shape).point(labels)
  }

  return {
    measures: tableMeasures(scopeOf(SCOPE_NAME, VERSION), kept),
    meterProvider: {
      getMeter: (name, version, meterOptions) =>
        cellMeter(scopeOf(name, version, meterOptions?.schemaUrl), kept),
    },
    collect() {
      // Two points of a series at one time are one lost, also when the wall clock was set back.
      lastMs = Math.max(settings.nowMs(), lastMs + 1)
      return [...scopes.values()]
        .map((scope) => scope.collect(lastMs))
        .filter((scope) => scope !== undefined)
    },
    seriesCount: () => [...scopes.values()].reduce((sum, scope) => sum + scope.seriesCount(), 0),
  }
}

function tableMeasures(scope: Scope, histograms: HistogramSettings): Measures {
  const metrics = new Map<InstrumentId, Metric>()
  return {
    bind(id, attributes) {
      let metric = metrics.get(id)
      if (metric === undefined) {
        const definition: InstrumentDefinition = INSTRUMENTS[id]
        metric = scope.metric(descriptorOf(definition), shapeOf(definition, histograms))
        metrics.set(id, metric)
      }
      return metric.point(attributes).cell
    },
  }
}

function shapeOf(
  { name, kind, boundaries = [] }: InstrumentDefinition,
  histograms: HistogramSettings,
): Shape {
  if (kind === 'histogram') return histogramShape(name, boundaries, histograms)
  if (kind === 'gauge') return { kind: 'gauge' }
  return { kind: 'sum', monotonic: kind === 'counter', observed: false }
}

function refuse(descriptor: MetricDescriptor): (value: number) => void {
  let told = false
  return (value) => {
    if (told) return
    told = true
    warn(
      `instrument ${descriptor.name} cannot take ${value}; this value and others like it are left out`,
    )
  }
}
