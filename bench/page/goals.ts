import type { Comparison } from '../calls/compare.ts'
import type { MicroFigure } from '../micro/run.ts'
import type { Report } from '../report.ts'
import { rounded } from './figure.ts'

/** A goal of ours and what a run says of it. */
export interface Goal {
  readonly what: string
  readonly limit: string
  /** Medians. */
  readonly measured: string
  readonly met: boolean
}

/** What is judged: calls at this many at once. */
export const JUDGED_AT = 50

/** The goals, each held against the medians of the run; one whose rows were not measured is left out. */
export function goals(report: Report): readonly Goal[] {
  const call = (id: string): Comparison | undefined =>
    report.calls.find((row) => row.id === id && row.atOnce === JUDGED_AT)
  const micro = (name: string): MicroFigure | undefined =>
    report.micros
      .flatMap(({ figures }) => figures)
      .find((figure) => figure.ours && figure.name === name)
  const ours = report.starts.find(({ id }) => id === 'ours')
  const exit = report.exits.find(({ id }) => id === 'ours')
  const all = call('policies-fallback')
  const events = call('policies-events')
  const spans = call('policies-spans')
  const peerSpans = call('instrumentation-spans')
  const request = call('request')
  const around = micro('retry, breaker, limiter, timeout')
  const most = (figures: readonly (MicroFigure | undefined)[]): number | undefined => {
    const medians = figures.flatMap((each) => (each === undefined ? [] : [each.nanos.median]))
    return medians.length === figures.length ? Math.max(...medians) : undefined
  }
  return [
    atLeast(
      'all policies, a fallback and all metrics around `fetch`: calls a second',
      all?.rateRatio.median,
      0.95,
      '× bare `fetch`',
    ),
    atMost('… added CPU a call', all?.addedCpuMicros.median, 5, 'µs'),
    atMost('… added heap a call', kilobytes(all?.addedHeapBytes.median), 1.5, 'kB'),
    atMost(
      'all policies, metrics and an event a call in files: added CPU',
      events?.addedCpuMicros.median,
      15,
      'µs',
    ),
    atMost(
      '… and sampled spans: added CPU, at most that of instrumentation-undici with metrics and spans',
      spans?.addedCpuMicros.median,
      peerSpans?.addedCpuMicros.median,
      'µs',
    ),
    atLeast(
      '`createRequest` under all policies: calls a second',
      request?.rateRatio.median,
      2,
      '× bare `fetch`',
    ),
    atMost(
      'recording into a bound cell',
      most([micro('bound cell: counter'), micro('bound cell: histogram')]),
      20,
      'ns',
    ),
    atMost('… bytes', rest(micro('bound cell: histogram')?.bytes.median), 0, 'B'),
    atMost(
      'all reports of a call where nobody listens',
      micro('all reports of a call, nobody listening')?.nanos.median,
      50,
      'ns',
    ),
    atMost(
      'all policies around an async function, no network',
      thousandth(around?.nanos.median),
      1,
      'µs',
    ),
    atMost('… bytes', kilobytes(around?.bytes.median), 1.3, 'kB'),
    atMost(
      'a decision of a breaker, whatever its window holds, or of a limiter: the slowest',
      most([
        micro('breaker: admit, record a success'),
        micro('breaker: admit, record a failure'),
        micro('breaker: the same with 100,000 calls in the window'),
        micro('limiter: reserve, commit'),
      ]),
      200,
      'ns',
    ),
    atMost('start-up with the preload: added time', ours?.addedMs.median, 80, 'ms'),
    atMost('… added memory', ours?.addedMegabytes.median, 25, 'MB'),
    atMost('exit with a dead collector', thousandth(exit?.ms.median), 1, 's'),
  ].filter((goal) => goal !== undefined)
}

const thousandth = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value / 1_000
const kilobytes = thousandth
/** What is left of a stretch's own bytes when they are shared by thousands of steps is none. */
const rest = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : Math.max(0, Math.round(bytes))

function atMost(
  what: string,
  value: number | undefined,
  limit: number | undefined,
  unit: string,
): Goal | undefined {
  if (value === undefined || limit === undefined) return undefined
  return {
    what,
    limit: `at most ${rounded(limit)} ${unit}`,
    measured: `${rounded(value)} ${unit}`,
    met: value <= limit,
  }
}

function atLeast(
  what: string,
  value: number | undefined,
  limit: number,
  unit: string,
): Goal | undefined {
  if (value === undefined) return undefined
  return {
    what,
    limit: `at least ${rounded(limit)} ${unit}`,
    measured: `${rounded(value)} ${unit}`,
    met: value >= limit,
  }
}
