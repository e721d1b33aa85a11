import { ATTRIBUTES, INSTRUMENTS, prometheusLabel, prometheusName } from '@plimsoll/semconv'
import type { Engine, Labels } from '@plimsoll/promql'
import { samplesOf } from '../count/numbers.ts'
import { OVERFLOW_LABEL, RUN_LABEL, metricOfRun, quoted } from '../query/selector.ts'
import { durationText } from '../query/template.ts'

/** Where all the data of an engine lie in time: Unix seconds. */
export interface Extent {
  readonly from: number
  readonly to: number
}

/** Who wrote a series. */
interface Writer {
  /** Null when the telemetry carries no run id. */
  readonly run: string | null
  readonly service: string | null
  /** Names one process or worker. */
  readonly instance: string
}

/** A metric, and who recorded it. */
export interface Recorded extends Writer {
  readonly metric: string
  /** Label sets beyond a cap were counted together, without their labels. */
  readonly overflow: boolean
}

/** A start or end marker of an instance. */
export interface Marker extends Writer {
  /** The time that it marks. */
  readonly time: number
  /** The time of its last sample. */
  readonly heard: number
}

const SERVICE_LABEL = prometheusLabel(ATTRIBUTES.serviceName.key)

/** A window looked back from the end of the data covers them all; ranges leave out their own left end. */
export function windowOver(extent: Extent): number {
  return Math.ceil(extent.to - extent.from) + 60
}

/** Every metric with its writers; of a histogram its `_count` alone, for its buckets are most of all series. */
export function takeCensus(engine: Engine, extent: Extent): Recorded[] {
  const window = durationText(windowOver(extent))
  const by = ['__name__', RUN_LABEL, SERVICE_LABEL, OVERFLOW_LABEL, 'job', 'instance'].join(', ')
  const query = `group by (${by}) (last_over_time({__name__=~".+",__name__!~".+_(bucket|sum)"}[${window}]))`
  return samplesOf(engine.instant(query, extent.to)).map(({ metric }) => ({
    metric: metric['__name__'] ?? '',
    overflow: metric[OVERFLOW_LABEL] === 'true',
    ...writerOf(metric),
  }))
}

/** Names of all metrics of a run. */
export function metricNamesOf(engine: Engine, extent: Extent, run: string | null): string[] {
  const every = `{__name__=~".+",${RUN_LABEL}=${quoted(run ?? '')}}`
  const query = `group by (__name__) (last_over_time(${every}[${durationText(windowOver(extent))}]))`
  return samplesOf(engine.instant(query, extent.to)).flatMap(
    ({ metric }) => metric['__name__'] ?? [],
  )
}

/** The markers of every instance: `start` and `end` times of runs. */
export function readMarkers(engine: Engine, extent: Extent): { starts: Marker[]; ends: Marker[] } {
  const { runStartTime, runEndTime } = INSTRUMENTS
  return {
    starts: markersOf(prometheusName(runStartTime), engine, extent),
    ends: markersOf(prometheusName(runEndTime), engine, extent),
  }
}

/** What the programs recorded and could not deliver, by signal and reason: `12 spans (size_cap)`. */
export function readLosses(engine: Engine, extent: Extent, run: string | null): string[] {
  const lost = metricOfRun(prometheusName(INSTRUMENTS.telemetryLost), run)
  const signal = prometheusLabel(ATTRIBUTES.signal.key)
  const reason = prometheusLabel(ATTRIBUTES.lossReason.key)
  const window = durationText(windowOver(extent))
  const query = `sum by (${signal}, ${reason}) (last_over_time(${lost}[${window}])) > 0`
  return samplesOf(engine.instant(query, extent.to)).map(
    ({ metric, value }) =>
      `${value[1]} ${metric[signal] ?? 'items'} (${metric[reason] ?? 'unknown'})`,
  )
}

function markersOf(metric: string, engine: Engine, extent: Extent): Marker[] {
  const answer = engine.instant(`${metric}[${durationText(windowOver(extent))}]`, extent.to)
  if (answer.resultType !== 'matrix') return []
  return answer.result.flatMap(({ metric, values }) => {
    const last = values?.at(-1)
    return last === undefined
      ? []
      : [{ ...writerOf(metric), time: Number(last[1]), heard: last[0] }]
  })
}

function writerOf(labels: Labels): Writer {
  const { job, instance } = labels
  return {
    run: labels[RUN_LABEL] ?? null,
    service: labels[SERVICE_LABEL] ?? job ?? null,
    instance: instance ?? job ?? '',
  }
}
