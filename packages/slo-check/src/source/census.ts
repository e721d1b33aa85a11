import { ATTRIBUTES, INSTRUMENTS, prometheusLabel, prometheusName } from '@plimsoll/semconv'
import type { InstantResult, Labels } from '@plimsoll/promql'
import { samplesOf } from '../count/numbers.ts'
import { OVERFLOW_LABEL, RUN_LABEL, SERVICE_LABEL, metricOfRun, quoted } from '../query/selector.ts'
import { durationText } from '../query/template.ts'

/** Asks for the value of a query at a time, in Unix seconds. */
export type Ask = (query: string, time: number) => Promise<InstantResult>

/** Where data lie in time: Unix seconds. */
export interface Extent {
  readonly from: number
  readonly to: number
}

/** Which samples are looked at. */
export interface View {
  /** Unix seconds. */
  readonly to: number
  /** How far back from there. */
  readonly seconds: number
  /** Null for those of every run and of none. */
  readonly run: string | null
}

/** Who wrote a series. */
export interface Writer {
  /** Null when the telemetry carries no run id. */
  readonly run: string | null
  readonly service: string | null
  /** Names one process or worker. */
  readonly instance: string
  /** Tells writers apart: two services may number their instances alike. */
  readonly key: string
}

/** A metric, and who recorded it. */
export interface Recorded extends Writer {
  readonly metric: string
  /** Label sets beyond a cap were counted together, without their labels. */
  readonly overflow: boolean
}

/** A window looked back from the end of the data covers them all; ranges leave out their own left end. */
export function windowOver(extent: Extent): number {
  return Math.ceil(extent.to - extent.from) + 60
}

/** All that was written in an extent. */
export function viewOf(extent: Extent, run: string | null): View {
  return { to: extent.to, seconds: windowOver(extent), run }
}

/** Every metric with its writers; of a histogram its `_count` alone, for its buckets are most of all series. */
export async function takeCensus(ask: Ask, view: View): Promise<Recorded[]> {
  const by = ['__name__', RUN_LABEL, SERVICE_LABEL, OVERFLOW_LABEL, 'job', 'instance'].join(', ')
  const every = `{${everyMetric(view)},__name__!~".+_(bucket|sum)"}`
  const answer = await ask(`group by (${by}) (last_over_time(${over(every, view)}))`, view.to)
  return samplesOf(answer).map(({ metric }) => ({
    metric: metric['__name__'] ?? '',
    overflow: metric[OVERFLOW_LABEL] === 'true',
    ...writerOf(metric),
  }))
}

/** Names of all metrics. */
export async function metricNamesOf(ask: Ask, view: View): Promise<string[]> {
  const every = `{${everyMetric(view)}}`
  const answer = await ask(`group by (__name__) (last_over_time(${over(every, view)}))`, view.to)
  return samplesOf(answer).flatMap(({ metric }) => metric['__name__'] ?? [])
}

/** What the programs recorded and could not deliver, by signal and reason: `12 spans (size_cap)`. */
export async function readLosses(ask: Ask, view: View): Promise<string[]> {
  const lost = metricOfRun(prometheusName(INSTRUMENTS.telemetryLost), view.run)
  const signal = prometheusLabel(ATTRIBUTES.signal.key)
  const reason = prometheusLabel(ATTRIBUTES.lossReason.key)
  const query = `sum by (${signal}, ${reason}) (last_over_time(${over(lost, view)})) > 0`
  return samplesOf(await ask(query, view.to)).map(
    ({ metric, value }) =>
      `${value[1]} ${metric[signal] ?? 'items'} (${metric[reason] ?? 'unknown'})`,
  )
}

/** The samples of a selector in a view. */
export function over(selector: string, view: View): string {
  return `${selector}[${durationText(view.seconds)}]`
}

function everyMetric({ run }: View): string {
  return run === null ? '__name__=~".+"' : `${RUN_LABEL}=${quoted(run)}`
}

function writerKey(job = '', instance = ''): string {
  return JSON.stringify([job, instance])
}

/** What nobody wrote: recording rules made it out of what others did. */
export const NOBODY = writerKey()

export function writerOf(labels: Labels): Writer {
  const { job, instance } = labels
  return {
    run: labels[RUN_LABEL] ?? null,
    service: labels[SERVICE_LABEL] ?? job ?? null,
    instance: instance ?? job ?? '',
    key: writerKey(job, instance),
  }
}
