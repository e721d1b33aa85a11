import {
  type CounterStream,
  type Instrument,
  isExported,
  labelsOf,
  metricOf,
  type Stream,
  type Workload,
} from './model.ts'

/** Label matchers of equality. */
export type Matchers = Readonly<Record<string, string>>

type InstrumentOf<K extends Instrument['kind']> = Extract<Instrument, { kind: K }>

/** Everything that a counter counted, restarts included: what happened, not what the last values say. */
export function countOf(workload: Workload, metric: string, matchers: Matchers = {}): number {
  return countersOf(workload, metric, matchers)
    .map(({ begins, steps }) => total(steps.slice(begins)))
    .reduce(adding, 0)
}

/** What a counter's samples tell of the time after `from`, up to `to`: Unix milliseconds. */
export function countWithin(
  workload: Workload,
  metric: string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  return countersOf(workload, metric, {})
    .flatMap((stream) => {
      const instance = workload.instances[stream.instance]
      return stream.steps.filter((_, index) => {
        if (instance === undefined || index < stream.begins) return false
        // A step is told by the first export that comes.
        const told = instance.exports.find(
          (_at, export_) => export_ >= index && isExported(stream, instance, export_),
        )
        return told !== undefined && told > from && told <= to
      })
    })
    .reduce(adding, 0)
}

/** Whether any of the streams that a selector takes had counted something when it began again within the run. */
export function hasLosses(workload: Workload, metric: string, matchers: Matchers = {}): boolean {
  return streamsOf(workload, metric, matchers).some(
    ({ begins, restarts, steps }) =>
      restarts !== null && steps.slice(begins, restarts).some((step) => sizeOf(step) > 0),
  )
}

/** Of a counter what it counted, of a histogram how many it observed. */
const sizeOf = (step: Step): number => (typeof step === 'number' ? step : step.length)

/** Everything that a histogram observed, rising. */
export function observationsOf(workload: Workload, metric: string): number[] {
  return histograms(workload, metric)
    .flatMap(({ streams }) => streams.flatMap(({ begins, steps }) => steps.slice(begins)))
    .flat()
    .sort((a, b) => a - b)
}

/** Whether streams of one instance have different boundaries, so that their sum is none. */
export function hasMixedBounds(workload: Workload, metric: string): boolean {
  const bounds = new Map<number, Set<string>>()
  for (const one of histograms(workload, metric)) {
    if (one.kind !== 'histogram') continue
    for (const stream of one.streams) {
      const known = bounds.get(stream.instance) ?? new Set()
      bounds.set(stream.instance, known.add(JSON.stringify(stream.bounds)))
    }
  }
  return [...bounds.values()].some(({ size }) => size > 1)
}

/** Observation number ⌈q·n⌉ of rising observations. */
export function quantileOf(sorted: readonly number[], quantile: number): number {
  const rank = Math.max(1, Math.ceil(Number((quantile * sorted.length).toPrecision(12))))
  const value = sorted[rank - 1]
  if (value === undefined) throw new RangeError('nothing was observed')
  return value
}

/** The largest of the last values of a gauge. */
export function largestLast(workload: Workload, metric: string): number {
  const gauges = named(workload, metric).filter((one) => one.kind === 'gauge')
  return Math.max(...gauges.flatMap(({ streams }) => streams.map(({ steps }) => steps.at(-1) ?? 0)))
}

/** Seconds from the start of the first instance to the end of the last. */
export function secondsOf(workload: Workload): number {
  const starts = workload.instances.map(({ start }) => start)
  const ends = workload.instances.map(({ exports }) => exports.at(-1) ?? 0)
  return (Math.max(...ends) - Math.min(...starts)) / 1_000
}

export function isComplete(workload: Workload): boolean {
  return workload.instances.every(({ ends }) => ends)
}

type Step = number | readonly number[]

/** The streams whose series a selector takes. */
function streamsOf(
  workload: Workload,
  metric: string,
  matchers: Matchers,
): readonly (Stream & { readonly steps: readonly Step[] })[] {
  return named(workload, metric)
    .flatMap(({ streams }): readonly (Stream & { readonly steps: readonly Step[] })[] => streams)
    .filter((stream) => matches(stream, matchers))
}

function countersOf(
  workload: Workload,
  metric: string,
  matchers: Matchers,
): readonly CounterStream[] {
  return named(workload, metric)
    .filter((one): one is InstrumentOf<'counter'> => one.kind === 'counter')
    .flatMap(({ streams }) => streams)
    .filter((stream) => matches(stream, matchers))
}

function histograms(
  workload: Workload,
  metric: string,
): readonly (InstrumentOf<'histogram'> | InstrumentOf<'exponential'>)[] {
  return named(workload, metric).flatMap((one) =>
    one.kind === 'histogram' || one.kind === 'exponential' ? [one] : [],
  )
}

function named(workload: Workload, metric: string): readonly Instrument[] {
  return workload.instruments.filter((instrument) => metricOf(instrument) === metric)
}

function matches(stream: Stream, matchers: Matchers): boolean {
  const labels = labelsOf(stream.attributes)
  return Object.entries(matchers).every(([name, value]) => (labels[name] ?? '') === value)
}

const adding = (sum: number, one: number): number => sum + one
const total = (numbers: readonly number[]): number => numbers.reduce(adding, 0)
