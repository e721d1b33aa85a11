import { numberOf, samplesOf } from '../count/numbers.ts'
import { metricOfRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { metricNamesOf, writerOf, type Ask, type Extent, type View } from './census.ts'

/** Below the lookback of five minutes, so that every sample is seen at some step. */
const STEP_SECONDS = 240
const LOOKBACK_SECONDS = 300
/** Metrics that tell when a run without markers was heard of; the others were written with them. */
const MAX_METRICS = 20

/**
 * When each writer last wrote a sample of a metric, in Unix seconds, by its key: without fetching them all.
 *
 * `timestamp` gives the time of the sample that a selector sees; steps closer than the lookback miss none of the last.
 */
export async function lastHeard(
  ask: Ask,
  metric: string,
  view: View,
): Promise<Map<string, number>> {
  const time = `timestamp(${metricOfRun(metric, view.run)})`
  const answer = await ask(`${time} or max_over_time(${stepped(time, view)})`, view.to)
  return new Map(
    samplesOf(answer).map((sample) => [writerOf(sample.metric).key, numberOf(sample.value)]),
  )
}

/** From the first to the last sample of a run that left no markers. */
export async function extentOfRun(ask: Ask, view: View): Promise<Extent | null> {
  const metrics = (await metricNamesOf(ask, view)).slice(0, MAX_METRICS)
  const extents = await Promise.all(metrics.map((metric) => extentOfMetric(ask, metric, view)))
  const known = extents.filter((extent) => extent !== null)
  if (known.length === 0) return null
  return {
    from: Math.min(...known.map(({ from }) => from)),
    to: Math.max(...known.map(({ to }) => to)),
  }
}

async function extentOfMetric(ask: Ask, metric: string, view: View): Promise<Extent | null> {
  const time = `timestamp(${metricOfRun(metric, view.run)})`
  const [last, early] = await Promise.all([
    ask(`max(${time} or max_over_time(${stepped(time, view)}))`, view.to),
    ask(`min(min_over_time(${stepped(time, view)}))`, view.to),
  ])
  const [to] = samplesOf(last).map(({ value }) => numberOf(value))
  if (to === undefined) return null
  const [seen = to] = samplesOf(early).map(({ value }) => numberOf(value))
  const first = await ask(
    `${metricOfRun(metric, view.run)}[${durationText(LOOKBACK_SECONDS)}]`,
    seen,
  )
  const times =
    first.resultType === 'matrix'
      ? first.result.flatMap(({ values = [], histograms = [] }) => [
          ...values.slice(0, 1).map(([at]) => at),
          ...histograms.slice(0, 1).map(([at]) => at),
        ])
      : []
  return { from: Math.min(seen, ...times), to }
}

function stepped(expression: string, { seconds }: View): string {
  return `${expression}[${durationText(seconds)}:${durationText(STEP_SECONDS)}]`
}
