import type { InstantResult, Labels } from '@plimsoll/promql'
import type { LaidPoint, Request } from './layout.ts'

/** Samples by series; each by its time in milliseconds, as text. */
export type Content = ReadonlyMap<string, ReadonlyMap<number, string>>

/** Everything that a range selector answered. */
export function contentOf(answer: InstantResult): Content {
  if (answer.resultType !== 'matrix') throw new Error(`a ${answer.resultType} is no matrix`)
  return new Map(
    answer.result.map(({ metric, values = [], histograms = [] }) => [
      keyOf(metric),
      new Map(
        [...values, ...histograms].map(([seconds, value]) => [
          Math.round(seconds * 1_000),
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    ]),
  )
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const isInfo = (series: string): boolean => series.includes('["__name__","target_info"]')
const ZERO = '0'
const ZERO_HISTOGRAM = '{"count":"0","sum":"0"}'

/**
 * What a server holds that puts a zero sample at the start timestamp of what it takes in
 * (`created-timestamp-zero-ingestion`): beside the content, a zero for each start that lies before its own point, after
 * all that the series had before the request, and less than an hour before the newest sample of all. Gauges get theirs as
 * counters do.
 */
export function withZeroSamples(content: Content, requests: readonly Request[]): Content {
  const series = seriesOfStreams(content, requests)
  const out = new Map([...content].map(([key, samples]) => [key, new Map(samples)]))
  const newest = new Map<string, number>()
  for (const request of requests) {
    const before = new Map(newest)
    for (const point of request) {
      for (const key of series(point)) {
        const last = before.get(key) ?? Number.NEGATIVE_INFINITY
        if (isInjected(point, last)) {
          const isNative = point.stream.data === 'exponentialHistogram'
          out.get(key)?.set(point.start, isNative ? ZERO_HISTOGRAM : ZERO)
        }
        newest.set(key, Math.max(newest.get(key) ?? Number.NEGATIVE_INFINITY, point.at))
      }
    }
  }
  return out
}

const HOUR_MS = 3_600_000

function isInjected({ start, at }: LaidPoint, last: number): boolean {
  return start !== 0 && start < at && start > last && start > at - HOUR_MS
}

/** The series that a point feeds: those with a sample at its time, which no other point has. */
function seriesOfStreams(
  content: Content,
  requests: readonly Request[],
): (point: LaidPoint) => readonly string[] {
  const byTime = new Map<number, string[]>()
  for (const [key, samples] of content) {
    if (isInfo(key)) continue
    for (const at of samples.keys()) byTime.set(at, [...(byTime.get(at) ?? []), key])
  }
  const byStream = new Map<unknown, string[]>()
  for (const point of requests.flat()) {
    const found = byTime.get(point.at)
    if (found !== undefined && !byStream.has(point.stream)) byStream.set(point.stream, found)
  }
  return (point) => byTime.get(point.at) ?? byStream.get(point.stream) ?? []
}

/** What two contents differ in, a line for each series. */
export function differencesOf(expected: Content, found: Content): readonly string[] {
  const keys = new Set([...expected.keys(), ...found.keys()])
  return [...keys].flatMap((key) => {
    const [wanted, got] = [expected.get(key), found.get(key)]
    if (got === undefined) return [`${key} is missing`]
    if (wanted === undefined) return [`${key} is not expected`]
    const times = new Set([...wanted.keys(), ...got.keys()])
    const unlike = [...times].filter((at) => wanted.get(at) !== got.get(at))
    return unlike.length === 0
      ? []
      : [
          `${key}: ${unlike.map((at) => `${at}: expected ${String(wanted.get(at))}, found ${String(got.get(at))}`).join('; ')}`,
        ]
  })
}

export function sampleCount(content: Content): number {
  return [...content.values()].reduce((sum, samples) => sum + samples.size, 0)
}
