import type { InstantResult, Labels, SamplePair } from '@plimsoll/promql'

import { messagesOf, type Expectation } from './expectation.ts'
import { numberOf, type Point } from './points.ts'
import type { Command, ExpectedSeries } from './script.ts'
import { seriesKey } from './series.ts'

type Eval = Extract<Command, { kind: 'eval' }>

/** What of an answer is not as the script says. */
export function compare(wanted: Eval, got: InstantResult): string[] {
  return [...compareAnnotations(wanted.expectations, got), ...compareResult(wanted, got)]
}

function compareResult(wanted: Eval, got: InstantResult): string[] {
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
  if (got.resultType === 'vector') {
    const samples = got.result.map((sample) => ({
      metric: sample.metric,
      values: 'value' in sample ? [sample.value] : [],
    }))
    const ordered = expectations.some((one) => one.kind === 'ordered')
    return compareSeries(series, samples, [wanted.atMs], ordered)
  }
  const range = expectations.find((one) => one.kind === 'range')
  if (range === undefined) return ['a range vector, and no "expect range vector" says its times']
  const times = Array.from(
    { length: Math.floor((range.toMs - range.fromMs) / range.stepMs) + 1 },
    (_, i) => range.fromMs + i * range.stepMs,
  )
  const matrix = got.result.map(({ metric, values = [] }) => ({ metric, values }))
  return compareSeries(series, matrix, times, false)
}

interface GotSeries {
  readonly metric: Labels
  readonly values: readonly SamplePair[]
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
    else faults.push(...compareValues(key, points, found.values, times))
  }
  for (const [key, { values }] of left)
    faults.push(`${key} ${values.map(([, v]) => v).join(' ')} is not expected`)
  return faults
}

function compareValues(
  key: string,
  points: readonly Point[],
  values: readonly SamplePair[],
  times: readonly number[],
): string[] {
  const wanted = times.flatMap((ms, i) =>
    points[i] === undefined ? [] : [{ ms, value: points[i] }],
  )
  const agrees =
    points.length <= times.length &&
    wanted.length === values.length &&
    wanted.every(({ ms, value }, i) => {
      const [seconds, text] = values[i] ?? [Number.NaN, 'NaN']
      return (
        Math.round(seconds * 1000) === ms &&
        typeof value === 'number' &&
        same(numberOf(text), value)
      )
    })
  if (agrees) return []
  return [
    `${key} is ${values.map(([at, v]) => `${v} at ${at}`).join(', ')}, not ${points.join(' ')}`,
  ]
}

function compareAnnotations(expectations: readonly Expectation[], got: InstantResult): string[] {
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
