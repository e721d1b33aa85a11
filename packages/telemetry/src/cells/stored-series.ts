import type { Attributes } from '@opentelemetry/api'
import { labelKey } from '../labels/label-set.ts'
import type { MetricIdentity, Place, Places } from './places.ts'

/** A series with its numbers, as it was kept elsewhere. */
export interface StoredSeries extends MetricIdentity {
  readonly labels: Readonly<Attributes>
  readonly place: Place
}

/** The places of `stored` for its series, and those of `others` for what is not among them. */
export function keptPlaces(stored: readonly StoredSeries[], others: Places): Places {
  if (stored.length === 0) return others
  const kept = new Map(stored.map((series) => [keyOf(series, series.labels), series.place]))
  return (metric) => {
    const allot = others(metric)
    return (labels, startMs, initial) =>
      kept.get(keyOf(metric, labels)) ?? allot(labels, startMs, initial)
  }
}

function keyOf({ scope, descriptor, shape }: MetricIdentity, labels: Readonly<Attributes>): string {
  const { name, version, schemaUrl } = scope
  const { unit, valueType } = descriptor
  return JSON.stringify([
    [name, version, schemaUrl],
    [descriptor.name, unit, valueType],
    shape,
    labelKey(labels),
  ])
}
