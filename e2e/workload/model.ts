import { prometheusLabel, prometheusName } from '@plimsoll/semconv'

/** What a run did: enough to write its telemetry, and to know what every query about it should answer. */
export interface Workload {
  readonly runId: string
  readonly service: string
  readonly instances: readonly Instance[]
  readonly instruments: readonly Instrument[]
}

/** One process. Times are Unix milliseconds. */
export interface Instance {
  readonly id: string
  readonly start: number
  /** When it exported, rising; the first is after `start`. */
  readonly exports: readonly number[]
  /** Exports, by index, that never came: what they would have said comes with the next. */
  readonly gaps: readonly number[]
  /** Whether it left its end marker, with the last export. */
  readonly ends: boolean
}

interface InstrumentHead {
  readonly name: string
  readonly unit: string
}

export type Instrument =
  | (InstrumentHead & { readonly kind: 'counter'; readonly streams: readonly CounterStream[] })
  | (InstrumentHead & { readonly kind: 'gauge'; readonly streams: readonly GaugeStream[] })
  | (InstrumentHead & { readonly kind: 'histogram'; readonly streams: readonly ClassicStream[] })
  | (InstrumentHead & {
      readonly kind: 'exponential'
      readonly streams: readonly ExponentialStream[]
    })

export type Attributes = Readonly<Record<string, string>>

/** One label set of an instrument in one instance. */
export interface Stream {
  /** Index among the instances. */
  readonly instance: number
  readonly attributes: Attributes
  /** The first export that has it. */
  readonly begins: number
  /** The export before which it begins again at nothing, with a start timestamp of its own; null: never. */
  readonly restarts: number | null
}

/** `steps[i]` happened before export `i`; steps before `begins` did not happen. */
export interface CounterStream extends Stream {
  readonly steps: readonly number[]
}

export interface GaugeStream extends Stream {
  readonly steps: readonly number[]
}

export interface ClassicStream extends Stream {
  readonly steps: readonly (readonly number[])[]
  readonly bounds: readonly number[]
}

export interface ExponentialStream extends Stream {
  readonly steps: readonly (readonly number[])[]
  readonly scale: number
}

/** Whether a stream is part of an export. Before a restart it always is: what a process has not told, it takes along. */
export function isExported(stream: Stream, instance: Instance, index: number): boolean {
  if (index < stream.begins) return false
  const last = index === instance.exports.length - 1
  return last || stream.restarts === index + 1 || !instance.gaps.includes(index)
}

/** The export at which the life of a stream began that export `index` tells of. */
export function bornAt(stream: Stream, index: number): number {
  return stream.restarts !== null && index >= stream.restarts ? stream.restarts : stream.begins
}

/** The Prometheus name of an instrument, without the suffixes of a histogram's series. */
export function metricOf({ name, unit, kind }: Instrument): string {
  return prometheusName({
    name,
    unit,
    kind: kind === 'exponential' ? 'histogram' : kind,
  })
}

/** The labels that a stream's own attributes become; those that end up with one name are joined, by order of keys. */
export function labelsOf(attributes: Attributes): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  for (const [key, value] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const label = prometheusLabel(key)
    const known = labels[label] ?? ''
    labels[label] = known === '' ? value : `${known};${value}`
  }
  return labels
}
