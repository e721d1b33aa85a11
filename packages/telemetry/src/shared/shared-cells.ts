import type { Attributes } from '@opentelemetry/api'
import type { MetricIdentity, Place, Places } from '../cells/places.ts'
import type { StoredSeries } from '../cells/stored-series.ts'
import type { Entry, Ledger } from './ledger.ts'

type MetricEntry = readonly ['metric', id: number, MetricIdentity]
type SeriesEntry = readonly ['series', metric: number, labels: Readonly<Attributes>]

const START_MS = 0
const LIVE = 1
const OWN = 2

/**
 * Keeps series in a ledger, where another thread reads them with {@link storedSeries}. What does not fit is kept in
 * memory of this thread alone, and lost with it.
 */
export function sharedPlaces(ledger: Ledger): Places {
  let metrics = 0
  return (metric) => {
    const id = metrics
    metrics += 1
    let known = false
    return (labels, startMs, initial) => {
      const identity: MetricEntry = ['metric', id, metric]
      known ||= ledger.append(identity, []) !== undefined
      const series: SeriesEntry = ['series', id, labels]
      const numbers = [startMs, 1, ...initial]
      // The same kind of array in either case: code that meets two kinds is slow for both.
      return sharedPlace((known && ledger.append(series, numbers)) || new Float64Array(numbers))
    }
  }
}

function sharedPlace(numbers: Float64Array): Place {
  return {
    get startMs() {
      return numbers[START_MS] ?? 0
    },
    set startMs(ms) {
      numbers[START_MS] = ms
    },
    get live() {
      return numbers[LIVE] === 1
    },
    set live(live) {
      numbers[LIVE] = live ? 1 : 0
    },
    slots: numbers.subarray(OWN),
  }
}

/** The series in a ledger, with a copy of their numbers. */
export function storedSeries(entries: readonly Entry[]): StoredSeries[] {
  const metrics = new Map<number, MetricIdentity>()
  const series: StoredSeries[] = []
  for (const { content, slots } of entries) {
    if (isMetric(content)) metrics.set(content[1], content[2])
    const metric = isSeries(content) ? metrics.get(content[1]) : undefined
    if (metric === undefined || !isSeries(content)) continue
    const [startMs = 0, live, ...own] = slots
    series.push({ ...metric, labels: content[2], place: { startMs, live: live === 1, slots: own } })
  }
  return series
}

function isMetric(content: unknown): content is MetricEntry {
  return Array.isArray(content) && content[0] === 'metric'
}

function isSeries(content: unknown): content is SeriesEntry {
  return Array.isArray(content) && content[0] === 'series'
}
