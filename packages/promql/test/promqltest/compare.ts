import type {
  HistogramPair,
  InstantResult,
  Labels,
  NativeHistogram,
  RangeResult,
  SamplePair,
} from '@plimsoll/promql'

import { messagesOf, type Expectation } from './expectation.ts'
import { histogramText, sameHistogram } from './native-histograms.ts'
import { numberOf } from './numbers.ts'
import type { Point } from './points.ts'
import type { Command, ExpectedSeries } from './script.ts'
import { seriesKey } from './series.ts'

type Eval = Extract<Command, { kind: 'eval' }>
type Result = InstantResult | RangeResult

/** What of an answer is not as the script says. */
export function compare(wanted: Eval, got: Result): string[] {
  return [...compareAnnotations(wanted.expectations, got), ...compareResult(wanted, got)]
}

function compareResult(wanted: Eval, got: Result): string[] {
  const { expectations, series, scalar } = wanted
  if (got.resultType === 'string') {
    const text = expectations.find((one) => one.kind === 'string')?.text
    return got.result[1] === text
      ? []
      : [`the string ${JSON.stringify(got.result[1])}, not ${JSON.stringify(text)}`]
  }
  if (got.resultType === 'scalar') {
    if (scalar === undefined)
      return [`the scalar ${got.result[1]}, which the script does not expect`]
    return same(numberOf(got.result[1]), scalar) ? [] : [`${got.result[1]}, not ${scalar}`]
  }
  if (scalar !== undefined) return [`a ${got.resultType}, not the scalar ${scalar}`]
  const times = timesOf(wanted, got)
  if (times === undefined) return ['a range vector, and no "expect range vector" says its times']
  const ordered = expectations.some((one) => one.kind === 'ordered')
  return compareSeries(series, seriesOf(got), times, ordered)
}

/** When the script's points are; a range vector's own times stand in an expectation. */
function timesOf({ time, expectations }: Eval, got: Result): readonly number[] | undefined {
  if (time.kind === 'instant' && got.resultType === 'vector') return [time.atMs]
  const range = time.kind === 'range' ? time : expectations.find((one) => one.kind === 'range')
  if (range === undefined) return undefined
  const { fromMs, toMs, stepMs } = range
  const count = Math.floor((toMs - fromMs) / stepMs) + 1
  return Array.from({ length: count }, (_, i) => fromMs + i * stepMs)
}

interface GotSeries {
  readonly metric: Labels
  readonly points: readonly GotPoint[]
}

type GotPoint = SamplePair | HistogramPair

function seriesOf(got: Extract<Result, { resultType: 'vector' | 'matrix' }>): GotSeries[] {
  if (got.resultType === 'vector') {
    return got.result.map((sample) => ({
      metric: sample.metric,
      points: ['value' in sample ? sample.value : sample.histogram],
    }))
  }
  return got.result.map(({ metric, values = [], histograms = [] }) => ({
    metric,
    points: [...values, ...histograms].toSorted(([a], [b]) => a - b),
  }))
}

function compareSeries(
  wanted: readonly ExpectedSeries[],
  got: readonly GotSeries[],
  times: readonly number[],
  ordered: boolean,
): string[] {
  const faults: string[] = []
  const left = new Map(got.map((one, place) => [seriesKey(one.metric), { ...one, place }]))
  for (const [place, { labels, points }] of wanted.entries()) {
    const key = seriesKey(labels)
    const found = left.get(key)
    left.delete(key)
    if (found === undefined) faults.push(`no ${key}`)
    else if (ordered && found.place !== place)
      faults.push(`${key} stands at ${found.place}, not at ${place}`)
    else faults.push(...comparePoints(key, points, found.points, times))
  }
  for (const [key, { points }] of left)
    faults.push(`${key} ${points.map(valueText).join(' ')} is not expected`)
  return faults
}

function comparePoints(
  key: string,
  wantedPoints: readonly Point[],
  got: readonly GotPoint[],
  times: readonly number[],
): string[] {
  const wanted = times.flatMap((ms, i) => {
    const point = wantedPoints[i]
    return point === undefined ? [] : [{ ms, point }]
  })
  const agrees =
    wantedPoints.length <= times.length &&
    wanted.length === got.length &&
    got.every(([seconds, value], i) => {
      const here = wanted[i]
      return (
        here !== undefined && Math.round(seconds * 1000) === here.ms && sameValue(value, here.point)
      )
    })
  if (agrees) return []
  const told = got.map((one) => `${valueText(one)} at ${one[0]}`).join(', ')
  return [`${key} is ${told}, not ${wantedPoints.map(pointText).join(' ')}`]
}

function sameValue(got: string | NativeHistogram, wanted: Point): boolean {
  if (typeof got === 'string') return typeof wanted === 'number' && same(numberOf(got), wanted)
  return typeof wanted === 'object' && sameHistogram(got, wanted, same)
}

function valueText([, value]: GotPoint): string {
  return typeof value === 'string' ? value : histogramText(value)
}

function pointText(point: Point): string {
  return typeof point === 'object' ? JSON.stringify(point) : String(point ?? '_')
}

function compareAnnotations(expectations: readonly Expectation[], got: Result): string[] {
  const faults: string[] = []
  for (const [kind, negation, messages] of [
    ['warn', 'no_warn', got.warnings],
    ['info', 'no_info', got.infos],
  ] as const) {
    if (messages.length > 0 && expectations.some((one) => one.kind === negation)) {
      faults.push(`${kind}: ${messages.join('; ')}`)
    }
    const wanted = messagesOf(expectations, kind)
    for (const one of wanted) {
      if (!messages.some(one.matches))
        faults.push(`"${one.text}" matches none of: ${messages.join('; ')}`)
    }
    if (wanted.length === 0) continue
    for (const message of messages) {
      if (!wanted.some((one) => one.matches(message)))
        faults.push(`${kind} not expected: ${message}`)
    }
  }
  return faults
}

/** Counts must be right to the last digit, quantiles as far as floating point goes. */
function same(got: number, wanted: number): boolean {
  if (Number.isInteger(wanted) && Number.isSafeInteger(wanted) && Number.isInteger(got))
    return got === wanted
  return (
    Object.is(got, wanted) || got === wanted || Math.abs(got - wanted) <= 1e-9 * Math.abs(wanted)
  )
}
