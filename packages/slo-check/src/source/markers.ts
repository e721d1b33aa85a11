import { INSTRUMENTS, prometheusName } from '@plimsoll/semconv'
import { metricOfRun } from '../query/selector.ts'
import { over, writerOf, type Ask, type View, type Writer } from './census.ts'

/** A start or end marker of an instance. */
export interface Marker extends Writer {
  /** The time that it marks. */
  readonly time: number
  /** The time of its last sample. */
  readonly heard: number
}

/** Names of the markers. */
export const MARKERS = {
  start: prometheusName(INSTRUMENTS.runStartTime),
  end: prometheusName(INSTRUMENTS.runEndTime),
} as const

/** The markers of every instance, from their samples. */
export async function readMarkers(
  marker: keyof typeof MARKERS,
  ask: Ask,
  view: View,
): Promise<Marker[]> {
  const answer = await ask(over(metricOfRun(MARKERS[marker], view.run), view), view.to)
  if (answer.resultType !== 'matrix') return []
  return answer.result.flatMap(({ metric, values }) => {
    const last = values?.at(-1)
    return last === undefined
      ? []
      : [{ ...writerOf(metric), time: Number(last[1]), heard: last[0] }]
  })
}
