import { ATTRIBUTES, INSTRUMENTS } from '@plimsoll/semconv'
import { exponentialBuckets } from './exponential.ts'
import {
  type Attributes,
  bornAt,
  type ClassicStream,
  type ExponentialStream,
  type Instance,
  type Instrument,
  isExported,
  type Stream,
  type Workload,
} from './model.ts'

/** A line of OTLP JSON, and when it was exported. */
export interface ExportedLine {
  readonly at: number
  readonly instance: number
  readonly line: string
}

/** What every instance of a workload exports, in the order of time. */
export function linesOf(workload: Workload): readonly ExportedLine[] {
  const lines = workload.instances.flatMap((instance, index) =>
    instance.exports.flatMap((at, export_) => {
      const metrics = metricsOf(workload, index, export_)
      return metrics.length === 0
        ? []
        : [{ at, instance: index, line: lineText(workload, instance, metrics) }]
    }),
  )
  return lines.toSorted((a, b) => a.at - b.at)
}

function lineText(workload: Workload, instance: Instance, metrics: readonly unknown[]): string {
  const resource = {
    [ATTRIBUTES.serviceName.key]: workload.service,
    [ATTRIBUTES.serviceInstanceId.key]: instance.id,
    [ATTRIBUTES.runId.key]: workload.runId,
  }
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeMetrics: [{ scope: { name: 'workload' }, metrics }],
      },
    ],
  })
}

function metricsOf(workload: Workload, instanceIndex: number, index: number): readonly unknown[] {
  const instance = workload.instances[instanceIndex]
  if (instance === undefined) throw new RangeError(`there is no instance ${instanceIndex}`)
  const own = workload.instruments.flatMap((instrument) => {
    const dataPoints = pointsOf(instrument, instance, instanceIndex, index)
    return dataPoints.length === 0 ? [] : [metricText(instrument, dataPoints)]
  })
  const isGap = instance.gaps.includes(index) && index < instance.exports.length - 1
  return isGap ? own : [...own, ...markersOf(instance, index)]
}

function metricText(instrument: Instrument, dataPoints: readonly unknown[]): unknown {
  const { name, unit } = instrument
  const cumulative = { aggregationTemporality: 2, dataPoints }
  const data = {
    counter: { sum: { ...cumulative, isMonotonic: true } },
    gauge: { gauge: { dataPoints } },
    histogram: { histogram: cumulative },
    exponential: { exponentialHistogram: cumulative },
  }[instrument.kind]
  return { name, unit, ...data }
}

function pointsOf(
  instrument: Instrument,
  instance: Instance,
  instanceIndex: number,
  index: number,
): readonly unknown[] {
  const here = <S extends Stream>(streams: readonly S[]): readonly S[] =>
    streams.filter(
      (stream) => stream.instance === instanceIndex && isExported(stream, instance, index),
    )
  const framed = (stream: Stream, value: object): unknown => ({
    ...frameOf(stream, instance, index),
    ...value,
  })
  if (instrument.kind === 'counter')
    return here(instrument.streams).map((stream) =>
      framed(stream, numberOf(sum(livedSteps(stream, index)))),
    )
  if (instrument.kind === 'gauge')
    return here(instrument.streams).map((stream) =>
      framed(stream, { asDouble: stream.steps[index] ?? 0 }),
    )
  if (instrument.kind === 'histogram')
    return here(instrument.streams).map((stream) => framed(stream, classicPoint(stream, index)))
  return here(instrument.streams).map((stream) => framed(stream, exponentialPoint(stream, index)))
}

/** What happened in the life of a stream that an export tells of. */
function livedSteps<T>(stream: Stream & { readonly steps: readonly T[] }, index: number): T[] {
  return stream.steps.slice(bornAt(stream, index), index + 1)
}

function classicPoint(stream: ClassicStream, index: number): object {
  const seen = livedSteps(stream, index).flat()
  const uppers = [...stream.bounds, Number.POSITIVE_INFINITY]
  const bucketCounts = uppers.map(
    (upper, i) =>
      seen.filter((value) => value <= upper && value > (uppers[i - 1] ?? Number.NEGATIVE_INFINITY))
        .length,
  )
  return {
    count: String(seen.length),
    sum: sum(seen),
    bucketCounts: bucketCounts.map(String),
    explicitBounds: stream.bounds,
  }
}

function exponentialPoint(stream: ExponentialStream, index: number): object {
  const seen = livedSteps(stream, index).flat()
  return {
    count: seen.length,
    sum: sum(seen),
    scale: stream.scale,
    zeroCount: seen.filter((value) => value === 0).length,
    positive: exponentialBuckets(
      seen.filter((value) => value > 0),
      stream.scale,
    ),
    negative: exponentialBuckets(
      seen.flatMap((value) => (value < 0 ? [-value] : [])),
      stream.scale,
    ),
  }
}

function markersOf(instance: Instance, index: number): readonly unknown[] {
  const { runStartTime, runEndTime } = INSTRUMENTS
  const at = instance.exports[index] ?? 0
  const marker = ({ name, unit }: { name: string; unit: string }, time: number): unknown => ({
    name,
    unit,
    gauge: { dataPoints: [{ timeUnixNano: nanoseconds(at), asDouble: time / 1_000 }] },
  })
  const last = index === instance.exports.length - 1
  return [
    marker(runStartTime, instance.start),
    ...(last && instance.ends ? [marker(runEndTime, at)] : []),
  ]
}

function frameOf(stream: Stream, instance: Instance, index: number): object {
  return {
    attributes: attributesOf(stream.attributes),
    startTimeUnixNano: nanoseconds(startOf(stream, instance, index)),
    timeUnixNano: nanoseconds(instance.exports[index] ?? 0),
  }
}

/** A cell's start is its own creation: after the export before its first, and strictly before its first. */
export function startOf(stream: Stream, instance: Instance, index: number): number {
  const born = bornAt(stream, index)
  const before = instance.exports[born - 1] ?? instance.start
  return before + 1
}

function numberOf(value: number): object {
  return Number.isInteger(value) ? { asInt: String(value) } : { asDouble: value }
}

function attributesOf(attributes: Attributes): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: { stringValue: value },
  }))
}

function nanoseconds(milliseconds: number): string {
  return `${milliseconds}000000`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
