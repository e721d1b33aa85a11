import type { ProblemKind } from '@plimsoll/promql'

/** OTLP that Prometheus's receiver and the embedded loader treat differently, and how. */
export interface Difference {
  readonly what: string
  /** A metric, at this time in Unix milliseconds. */
  readonly metric: (at: number) => object
  /** Prometheus takes all of a request, or nothing of it. */
  readonly server: 'takes' | 'refuses the whole request'
  /** The loader leaves out what it cannot read, and tells; null: it reads it. */
  readonly told: ProblemKind | null
}

const MINUTE_MS = 60_000
const CUMULATIVE = { aggregationTemporality: 2 }

const point = (at: number, value: object = { asInt: 1 }): object => ({
  startTimeUnixNano: `${at - 1_000}000000`,
  timeUnixNano: `${at}000000`,
  ...value,
})
const counter = (dataPoints: readonly object[], temporality = 2): object => ({
  name: 'odd',
  sum: { aggregationTemporality: temporality, isMonotonic: true, dataPoints },
})
const exponential = (at: number, value: object): object => ({
  name: 'odd',
  exponentialHistogram: { ...CUMULATIVE, dataPoints: [point(at, value)] },
})

const REFUSED = 'refuses the whole request'

export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'a counter of delta temporality',
    metric: (at) => counter([point(at)], 1),
    server: REFUSED,
    told: 'delta-temporality',
  },
  {
    what: 'a counter that does not say its temporality',
    metric: (at) => counter([point(at)], 0),
    server: REFUSED,
    told: 'malformed-metric',
  },
  {
    what: 'a metric without a name',
    metric: (at) => ({ name: '', gauge: { dataPoints: [point(at)] } }),
    server: REFUSED,
    told: 'malformed-metric',
  },
  {
    what: 'an exponential histogram whose buckets do not add up to its count',
    metric: (at) =>
      exponential(at, { scale: 0, count: 5, positive: { offset: 0, bucketCounts: [1, 1] } }),
    server: REFUSED,
    told: 'bucket-mismatch',
  },
  {
    what: 'an exponential histogram coarser than any native one',
    metric: (at) =>
      exponential(at, { scale: -5, count: 1, positive: { offset: 0, bucketCounts: [1] } }),
    server: REFUSED,
    told: 'unsupported-type',
  },
  {
    what: 'an exponential histogram with a bucket beyond all numbers',
    metric: (at) =>
      exponential(at, { scale: -4, count: 1, positive: { offset: 300, bucketCounts: [1] } }),
    server: 'takes',
    told: 'bucket-mismatch',
  },
  {
    what: 'a classic histogram with as many buckets as bounds',
    metric: (at) => ({
      name: 'odd',
      histogram: {
        ...CUMULATIVE,
        dataPoints: [point(at, { count: 2, bucketCounts: [1, 1], explicitBounds: [1, 2] })],
      },
    }),
    server: 'takes',
    told: 'bucket-mismatch',
  },
  {
    what: 'a summary',
    metric: (at) => ({
      name: 'odd',
      summary: { dataPoints: [point(at, { count: 1, sum: 1, quantileValues: [] })] },
    }),
    server: 'takes',
    told: 'unsupported-type',
  },
  {
    what: 'a point of half an hour ahead',
    metric: (at) => counter([point(at + 30 * MINUTE_MS)]),
    server: REFUSED,
    told: null,
  },
  {
    what: 'two values of one series at one time',
    metric: (at) => counter([point(at), point(at, { asInt: 2 })]),
    server: 'takes',
    told: 'conflicting-sample',
  },
]
