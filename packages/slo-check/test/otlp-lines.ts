import { ATTRIBUTES, INSTRUMENTS, type InstrumentDefinition } from '@plimsoll/semconv'
import { exponentialPoint } from './exponential-point.ts'

type Attributes = Readonly<Record<string, string | number>>

/** A counter that ends at `value`. */
interface CounterTruth {
  readonly instrument: InstrumentDefinition
  readonly attributes?: Attributes
  readonly value: number
}

interface GaugeTruth {
  readonly name: string
  readonly unit?: string
  readonly attributes?: Attributes
  readonly value: number | 'NaN'
}

interface HistogramTruth {
  readonly instrument: InstrumentDefinition
  readonly attributes?: Attributes
  readonly observations: readonly number[]
  /** In place of the instrument's own. */
  readonly boundaries?: readonly number[]
  /** Written as an exponential histogram of this scale. */
  readonly scale?: number
}

/** What one process did: the truth that the lines tell. */
export interface InstanceTruth {
  /** Null: telemetry without a run id. */
  readonly runId?: string | null
  readonly service?: string
  readonly instance?: string
  /** Unix seconds. */
  readonly start?: number
  readonly seconds?: number
  /** How often it exported. */
  readonly exports?: number
  /** No end marker: killed. `none`: no start marker either, as with a foreign exporter. */
  readonly markers?: 'both' | 'start' | 'none'
  readonly counters?: readonly CounterTruth[]
  readonly gauges?: readonly GaugeTruth[]
  readonly histograms?: readonly HistogramTruth[] | undefined
}

export const START = 1_795_000_000
export const RUN_ID = '20261118T110640Z-c0ffee'

/** OTLP JSON lines as an instance writes them: cumulative, one line an export, a series from its first event on. */
export function otlpLines(truth: InstanceTruth): string[] {
  const { exports = 3, seconds = 30, start = START } = truth
  return Array.from({ length: exports }, (_, index) => {
    const part = (index + 1) / exports
    return exportLine(truth, { part, start, time: start + seconds * part, last: part === 1 })
  })
}

interface Moment {
  /** Share of the truth that has happened. */
  readonly part: number
  readonly start: number
  readonly time: number
  readonly last: boolean
}

function exportLine(truth: InstanceTruth, moment: Moment): string {
  const metrics = [
    ...(truth.counters ?? []).map((counter) => sumOf(counter, moment)),
    ...(truth.histograms ?? []).flatMap((histogram) => histogramOf(histogram, moment)),
    ...(truth.gauges ?? []).map((gauge) => gaugeOf(gauge, moment)),
    ...markersOf(truth, moment),
  ]
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: resourceOf(truth) },
        scopeMetrics: [{ scope: { name: 'test' }, metrics }],
      },
    ],
  })
}

function resourceOf(truth: InstanceTruth): unknown[] {
  const { runId = RUN_ID, service = 'harvest', instance = 'instance-1' } = truth
  return attributesOf({
    [ATTRIBUTES.serviceName.key]: service,
    [ATTRIBUTES.serviceInstanceId.key]: instance,
    ...(runId === null ? {} : { [ATTRIBUTES.runId.key]: runId }),
  })
}

function markersOf(truth: InstanceTruth, moment: Moment): unknown[] {
  const { markers = 'both' } = truth
  if (markers === 'none') return []
  const { runStartTime, runEndTime } = INSTRUMENTS
  const begun = gaugeOf(
    { name: runStartTime.name, unit: runStartTime.unit, value: moment.start },
    moment,
  )
  if (!moment.last || markers === 'start') return [begun]
  return [
    begun,
    gaugeOf({ name: runEndTime.name, unit: runEndTime.unit, value: moment.time }, moment),
  ]
}

function sumOf(counter: CounterTruth, moment: Moment): unknown {
  const { instrument, attributes = {}, value } = counter
  return {
    name: instrument.name,
    unit: instrument.unit,
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [
        {
          ...pointOf(attributes, moment),
          asInt: String(Math.floor(value * moment.part)),
        },
      ],
    },
  }
}

function gaugeOf(gauge: GaugeTruth, moment: Moment): unknown {
  return {
    name: gauge.name,
    unit: gauge.unit ?? '',
    gauge: { dataPoints: [{ ...pointOf(gauge.attributes ?? {}, moment), asDouble: gauge.value }] },
  }
}

function histogramOf(histogram: HistogramTruth, moment: Moment): unknown[] {
  const { instrument, attributes = {}, observations } = histogram
  const bounds = histogram.boundaries ?? instrument.boundaries ?? []
  const seen = observations.slice(0, Math.floor(observations.length * moment.part))
  if (seen.length === 0 && observations.length > 0) return []
  if (histogram.scale !== undefined) return [exponentialOf(histogram, seen, moment)]
  const counts = [...bounds, Number.POSITIVE_INFINITY].map(
    (bound, index, all) =>
      seen.filter((value) => value <= bound && value > (all[index - 1] ?? Number.NEGATIVE_INFINITY))
        .length,
  )
  return [
    {
      name: instrument.name,
      unit: instrument.unit,
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            ...pointOf(attributes, moment),
            count: String(seen.length),
            sum: seen.reduce((sum, value) => sum + value, 0),
            bucketCounts: counts.map(String),
            explicitBounds: bounds,
          },
        ],
      },
    },
  ]
}

function exponentialOf(
  { instrument, attributes = {}, scale = 0 }: HistogramTruth,
  seen: readonly number[],
  moment: Moment,
): unknown {
  const point = { ...pointOf(attributes, moment), ...exponentialPoint(seen, scale) }
  return {
    name: instrument.name,
    unit: instrument.unit,
    exponentialHistogram: { aggregationTemporality: 2, dataPoints: [point] },
  }
}

function pointOf(attributes: Attributes, moment: Moment): Record<string, unknown> {
  return {
    attributes: attributesOf(attributes),
    startTimeUnixNano: nanoseconds(moment.start),
    timeUnixNano: nanoseconds(moment.time),
  }
}

function attributesOf(attributes: Attributes): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }))
}

function nanoseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}000000`
}
