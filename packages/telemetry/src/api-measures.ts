import {
  metrics,
  type Attributes,
  type Meter,
  type MeterProvider,
  type MetricOptions,
} from '@opentelemetry/api'
import {
  INSTRUMENTS,
  SCOPE_NAME,
  type InstrumentDefinition,
  type InstrumentId,
  type InstrumentKind,
} from '@plimsoll/semconv'
import { faultReport, type FaultReport } from './diagnostics.ts'
import { descriptorOf } from './instrument-descriptor.ts'
import { boundariesOf } from './labels/boundaries.ts'
import { SeriesSet } from './labels/series-set.ts'
import {
  MAX_SERIES_PER_INSTRUMENT,
  type Measures,
  type MeasuresOptions,
  type Series,
} from './measures.ts'
import { VERSION } from './version.ts'

/**
 * Numbers handed to the instruments of the OpenTelemetry API: for programs that bring their own SDK, or none.
 * @param meterProvider By default the one that is registered with the API when a value is recorded. One that is
 * registered late is told what up-down counters and gauges stand at, and hears of all else from then on.
 */
export function apiMeasures(
  meterProvider?: MeterProvider,
  options: MeasuresOptions = {},
): Measures {
  const provider = (): MeterProvider => meterProvider ?? metrics.getMeterProvider()
  const limit = options.maxSeriesPerInstrument ?? MAX_SERIES_PER_INSTRUMENT
  const report = faultReport()
  const instruments = new Map<InstrumentId, SeriesSet<Series>>()
  return {
    bind(id, attributes) {
      let series = instruments.get(id)
      if (series === undefined) {
        const definition: InstrumentDefinition = INSTRUMENTS[id]
        const instrument = new ApiInstrument(definition, provider, options.boundaries, report)
        series = new SeriesSet(limit, (labels, overflow) => instrument.series(labels, overflow))
        instruments.set(id, series)
      }
      return series.of(attributes)
    },
  }
}

/** Hands a value with its labels to an instrument of the API. */
type Write = (value: number, labels: Attributes) => void

/** An instrument of whatever provider is there, made anew when that changes. */
class ApiInstrument {
  readonly #definition: InstrumentDefinition
  readonly #provider: () => MeterProvider
  readonly #boundaries: MeasuresOptions['boundaries']
  readonly #report: FaultReport
  readonly #series: ApiSeries[] = []
  #known: MeterProvider | undefined
  #write: Write = () => {}

  constructor(
    definition: InstrumentDefinition,
    provider: () => MeterProvider,
    boundaries: MeasuresOptions['boundaries'],
    report: FaultReport,
  ) {
    this.#definition = definition
    this.#provider = provider
    this.#boundaries = boundaries
    this.#report = report
  }

  series(labels: Attributes, overflow: boolean): Series {
    const series = new ApiSeries(this, this.#definition.kind, labels, overflow)
    this.follow()
    this.#series.push(series)
    series.restate()
    return series
  }

  /** Takes up a provider that is new, and tells it what stands. */
  follow(): void {
    const provider = this.#provider()
    if (provider === this.#known) return
    this.#known = provider
    this.#write = () => {}
    try {
      const meter = provider.getMeter(SCOPE_NAME, VERSION)
      this.#write = writeTo(meter, this.#definition, this.#boundaries)
    } catch (error) {
      this.#fault(error)
    }
    for (const series of this.#series) series.restate()
  }

  write(value: number, labels: Attributes): void {
    try {
      this.#write(value, labels)
    } catch (error) {
      this.#fault(error)
    }
  }

  #fault(error: unknown): void {
    this.#report(`instrument ${this.#definition.name}`, error)
  }
}

class ApiSeries implements Series {
  readonly overflow: boolean
  readonly #instrument: ApiInstrument
  readonly #kind: InstrumentKind
  readonly #labels: Attributes
  #standing: number | undefined

  constructor(
    instrument: ApiInstrument,
    kind: InstrumentKind,
    labels: Attributes,
    overflow: boolean,
  ) {
    this.#instrument = instrument
    this.#kind = kind
    this.#labels = labels
    this.overflow = overflow
    this.#standing = kind === 'counter' || kind === 'updowncounter' ? 0 : undefined
  }

  record(value: number): void {
    // First, so that a new provider is not told this value twice.
    this.#instrument.follow()
    if (this.#kind === 'updowncounter') this.#standing = (this.#standing ?? 0) + value
    else if (this.#kind === 'gauge') this.#standing = value
    this.#instrument.write(value, this.#labels)
  }

  /** Tells a provider that has heard nothing yet: a counter that it begins, others what they stand at. */
  restate(): void {
    if (this.#standing !== undefined) this.#instrument.write(this.#standing, this.#labels)
  }
}

function writeTo(
  meter: Meter,
  definition: InstrumentDefinition,
  added: MeasuresOptions['boundaries'],
): Write {
  const { name, description, unit, valueType } = descriptorOf(definition)
  const { kind, boundaries } = definition
  const explicitBucketBoundaries = [...boundariesOf(name, boundaries ?? [], added)]
  const advice = kind === 'histogram' ? { advice: { explicitBucketBoundaries } } : {}
  return WRITERS[kind](meter, name, { description, unit, valueType, ...advice })
}

const WRITERS: Record<
  InstrumentKind,
  (meter: Meter, name: string, options: MetricOptions) => Write
> = {
  counter: (meter, name, options) => {
    const counter = meter.createCounter(name, options)
    return (value, labels) => counter.add(value, labels)
  },
  updowncounter: (meter, name, options) => {
    const counter = meter.createUpDownCounter(name, options)
    return (value, labels) => counter.add(value, labels)
  },
  gauge: (meter, name, options) => {
    const gauge = meter.createGauge(name, options)
    return (value, labels) => gauge.record(value, labels)
  },
  histogram: (meter, name, options) => {
    const histogram = meter.createHistogram(name, options)
    return (value, labels) => histogram.record(value, labels)
  },
}
