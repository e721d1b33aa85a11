import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import { documentOf, type Pledge } from './openslo.ts'
import { type Instrument, labelsOf, metricOf, type Workload } from './model.ts'
import {
  countOf,
  hasLosses,
  hasMixedBounds,
  isComplete,
  largestLast,
  type Matchers,
  observationsOf,
  quantileOf,
  secondsOf,
} from './truth.ts'

/** What the report must say of an objective, whichever engine answered. */
export type Expected =
  /** This value; verdict by the limit where the run is whole. */
  | { readonly is: 'exactly'; readonly value: number; readonly kept: boolean }
  /** Bounds that hold this value; no particular verdict. */
  | { readonly is: 'within-bounds'; readonly value: number }
  /** Whatever the number, it decides nothing. */
  | { readonly is: 'doubtful' }
  | { readonly is: 'no-data' }

export interface Promised {
  readonly slo: string
  readonly document: string
  readonly expected: Expected
}

const RUN = `${prometheusLabel(ATTRIBUTES.runId.key)}="$run"`

/** A spec about everything that a workload did, with what the truth says of each promise. */
export function promisesOf(workload: Workload): readonly Promised[] {
  const metrics = new Map(workload.instruments.map((one) => [metricOf(one), one]))
  const promised = [...metrics].flatMap(([metric, instrument]) =>
    PROMISES[instrument.kind](workload, metric, instrument),
  )
  return [...promised, neverRecorded()].map(({ slo, ...rest }, index) => ({
    ...rest,
    slo: `${slo}-${index}`,
    document: documentOf({ ...rest.promise, name: `${slo}-${index}` }),
  }))
}

interface Draft {
  readonly slo: string
  readonly promise: Pledge
  readonly expected: Expected
}

type Drafts = (workload: Workload, metric: string, instrument: Instrument) => readonly Draft[]

const PROMISES: Readonly<Record<Instrument['kind'], Drafts>> = {
  counter: (workload, metric, instrument) => [
    ...countPromises(workload, metric, {}),
    ...labelPromises(workload, metric, instrument),
  ],
  gauge: (workload, metric) => [
    threshold(
      'largest',
      `max(last_over_time(${selector(metric, {}, RUN)}[$window]))`,
      largestLast(workload, metric),
    ),
  ],
  histogram: classicPromises,
  exponential: exponentialPromises,
}

function countPromises(workload: Workload, metric: string, matchers: Matchers): readonly Draft[] {
  const truth = countOf(workload, metric, matchers)
  const seconds = secondsOf(workload)
  const restarted = hasLosses(workload, metric, matchers)
  const bare = selector(metric, matchers)
  const limit = Math.floor(truth) % 3 === 0 ? truth - 1 : truth
  const counted = (value: number, bound: number): Expected =>
    restarted ? { is: 'doubtful' } : { is: 'exactly', value, kept: value <= bound }
  const increase = `sum(increase(${selector(metric, matchers, RUN)}[$window] anchored))`
  return [
    {
      slo: 'count',
      promise: { kind: 'count', query: bare, op: 'lte', value: limit },
      expected: counted(truth, limit),
    },
    {
      slo: 'count-of-restarts',
      promise: { kind: 'count', query: increase, op: 'lte', value: limit },
      expected: { is: 'exactly', value: truth, kept: truth <= limit },
    },
    // Where the run is cut short, no end marker tells its length.
    ...(isComplete(workload)
      ? [
          {
            slo: 'rate',
            promise: { kind: 'rate', query: bare, op: 'lte', value: 3 },
            expected: counted(truth / seconds, 3),
          } as const,
        ]
      : []),
  ]
}

/** Counts by a label, and the share of them. */
function labelPromises(
  workload: Workload,
  metric: string,
  instrument: Instrument,
): readonly Draft[] {
  const labels = labelsOf(instrument.streams[0]?.attributes ?? {})
  const [name, value] = Object.entries(labels)[0] ?? []
  if (name === undefined || value === undefined) return []
  const matchers = { [name]: value }
  const part = countOf(workload, metric, matchers)
  const all = countOf(workload, metric)
  const target = 0.5
  const share: Expected =
    all === 0 ? { is: 'no-data' } : { is: 'exactly', value: part / all, kept: part / all >= target }
  return [
    ...countPromises(workload, metric, matchers),
    {
      slo: 'share',
      promise: {
        kind: 'ratio',
        good: selector(metric, matchers),
        total: selector(metric, {}),
        target,
      },
      expected: hasLosses(workload, metric) ? { is: 'doubtful' } : share,
    },
  ]
}

function classicPromises(workload: Workload, metric: string): readonly Draft[] {
  const seen = observationsOf(workload, metric)
  const restarted = hasLosses(workload, metric)
  const doubtful = restarted || hasMixedBounds(workload, metric)
  return [
    {
      slo: 'observations',
      promise: { kind: 'count', query: `${metric}_count`, op: 'gte', value: 5 },
      expected: restarted
        ? { is: 'doubtful' }
        : { is: 'exactly', value: seen.length, kept: seen.length >= 5 },
    },
    ...[0.5, 0.95].map((quantile): Draft => ({
      slo: `p${quantile * 100}`,
      promise: { kind: 'percentile', query: `${metric}_bucket`, quantile, op: 'lte', value: 5 },
      expected: percentile(seen, quantile, doubtful),
    })),
  ]
}

function exponentialPromises(workload: Workload, metric: string): readonly Draft[] {
  const seen = observationsOf(workload, metric)
  const last = `sum(last_over_time(${selector(metric, {}, RUN)}[$window]))`
  const restarted = hasLosses(workload, metric)
  const whole = restarted
    ? []
    : [
        threshold('native-count', `histogram_count(${last})`, seen.length),
        threshold(
          'native-sum',
          `histogram_sum(${last})`,
          seen.reduce((sum, one) => sum + one, 0),
        ),
      ]
  return [
    ...whole,
    ...[0.5, 0.95].map((quantile): Draft => ({
      slo: `native-p${quantile * 100}`,
      promise: { kind: 'percentile', query: metric, quantile, op: 'lte', value: 5 },
      expected: percentile(seen, quantile, restarted),
    })),
  ]
}

function percentile(seen: readonly number[], quantile: number, doubtful: boolean): Expected {
  if (seen.length === 0) return { is: 'no-data' }
  return doubtful ? { is: 'doubtful' } : { is: 'within-bounds', value: quantileOf(seen, quantile) }
}

function threshold(slo: string, query: string, value: number): Draft {
  const limit = 100
  return {
    slo,
    promise: { kind: 'threshold', query, op: 'lte', value: limit },
    expected: { is: 'exactly', value, kept: value <= limit },
  }
}

function neverRecorded(): Draft {
  return {
    slo: 'never-recorded',
    promise: { kind: 'count', query: 'never_recorded_total', op: 'lte', value: 0 },
    expected: { is: 'no-data' },
  }
}

/** A selector of equality matchers; `more` is PromQL. */
export function selector(metric: string, matchers: Matchers, more?: string): string {
  const own = Object.entries(matchers).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const all = [...own, ...(more === undefined ? [] : [more])]
  return all.length === 0 ? metric : `${metric}{${all.join(',')}}`
}
