import {
  INSTRUMENTS,
  SCOPE_NAME,
  type InstrumentDefinition,
  type InstrumentId,
} from '@plimsoll/semconv'
import type { ToldMetric } from './told-metric.ts'

const TYPES = {
  counter: 'MONOTONIC SUM',
  updowncounter: 'SUM',
  gauge: 'GAUGE',
  histogram: 'HISTOGRAM',
} as const

/** What an export must say of an instrument of the table with these points, none left out and none beside them. */
export function tableMetric(id: InstrumentId, points: ToldMetric['points']): ToldMetric {
  const { name, brief, unit, kind }: InstrumentDefinition = INSTRUMENTS[id]
  return {
    scope: SCOPE_NAME,
    name,
    description: brief,
    unit,
    value: kind === 'counter' || kind === 'updowncounter' ? 'INT' : 'DOUBLE',
    type: TYPES[kind],
    temporality: 'CUMULATIVE',
    points,
  }
}

/** The value of a histogram of the table that took up `values`. */
export function histogram(id: InstrumentId, ...values: number[]): unknown {
  const { boundaries = [] }: InstrumentDefinition = INSTRUMENTS[id]
  const bucketOf = (value: number): number => {
    const bucket = boundaries.findIndex((boundary) => value <= boundary)
    return bucket === -1 ? boundaries.length : bucket
  }
  const buckets = values.map(bucketOf)
  const counts = [...boundaries, Infinity].map(
    (_, bucket) => buckets.filter((taken) => taken === bucket).length,
  )
  return {
    buckets: { boundaries: [...boundaries], counts },
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: Math.min(...values),
    max: Math.max(...values),
  }
}
