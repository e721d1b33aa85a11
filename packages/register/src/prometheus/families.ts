import type { Attributes } from '@opentelemetry/api'
import { prometheusName, prometheusUnit, type InstrumentKind } from '@plimsoll/semconv'
import type { CollectedMetric, CollectedMetrics, CollectedScope } from '@plimsoll/telemetry'
import type { Exposition } from './accept.ts'
import { labelText, type Labels } from './labels.ts'
import { samplesOf } from './samples.ts'

/** All series of one name, with what is said of them once. */
export interface Family {
  /** With its suffixes: a counter's ends in `_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info'
  readonly unit: string
  readonly help: string
  /** Whole lines. */
  readonly samples: string
}

/** SDK's numbers for its data point types. */
const KINDS = ['histogram', 'histogram', 'gauge'] as const

/** Told of a metric that cannot be shown whole, and why. */
export type LeftOut = (metric: string, why: string) => void

/** The text of a point's labels; those of a histogram leave `le` to its buckets. */
export type LabelsOf = (
  attributes: Readonly<Attributes>,
  scope: CollectedScope['scope'],
  ofBuckets: boolean,
) => string

/**
 * What `cells.collect()` gave, as families. What would make a name or a series come twice is left out: either costs a
 * server the whole scrape.
 */
export function familiesOf(
  collected: CollectedMetrics,
  labelsOf: LabelsOf,
  exposition: Exposition,
  leftOut: LeftOut,
): Family[] {
  const families = new Map<string, Family>()
  const series = new Map<string, Set<string>>()
  for (const { scope, metrics } of collected) {
    for (const metric of metrics) {
      const { descriptor, dataPoints } = metric
      const kind = kindOf(metric)
      const name = nameOf({ ...descriptor, kind })
      if (name === undefined) {
        leftOut(descriptor.name, 'no character of its name is one that Prometheus allows')
        continue
      }
      const type = kind === 'updowncounter' ? 'gauge' : kind
      const key = familyName({ name, type }, exposition)
      const known = families.get(key)
      if (known !== undefined && known.type !== type) {
        leftOut(descriptor.name, `${known.name} is a ${known.type} already`)
        continue
      }
      const seen = series.get(key) ?? new Set()
      const points = newPoints(
        dataPoints,
        (attributes) => labelsOf(attributes, scope, kind === 'histogram'),
        seen,
      )
      if (points.length < dataPoints.length) {
        leftOut(descriptor.name, `some of its series become one series of ${name}`)
      }
      series.set(key, seen)
      families.set(key, {
        name,
        type,
        unit: known?.unit ?? prometheusUnit(descriptor.unit),
        help: known?.help ?? descriptor.description,
        samples: (known?.samples ?? '') + samplesOf(metric, points, name, exposition),
      })
    }
  }
  return [...families.values()]
}

/** Under which a family stands in the text: OpenMetrics leaves the suffix of the type to the samples. */
export function familyName(
  { name, type }: Pick<Family, 'name' | 'type'>,
  exposition: Exposition,
): string {
  if (exposition === 'text') return name
  return name.replace(
    { counter: /_total$/u, info: /_info$/u, gauge: /$^/u, histogram: /$^/u }[type],
    '',
  )
}

/** Of the resource, once for each instance. */
export function targetInfo(labels: Labels): Family {
  const samples = `target_info{${labelText(labels)}} 1\n`
  return { name: 'target_info', type: 'info', unit: '', help: 'Target metadata', samples }
}

function kindOf(metric: CollectedMetric): InstrumentKind {
  if ('isMonotonic' in metric) return metric.isMonotonic ? 'counter' : 'updowncounter'
  return KINDS[metric.dataPointType]
}

function nameOf(instrument: Parameters<typeof prometheusName>[0]): string | undefined {
  try {
    return prometheusName(instrument)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The labels of each point of which there is no series yet: one that comes twice has no one value. */
function newPoints(
  dataPoints: CollectedMetric['dataPoints'],
  labelsOf: (attributes: Readonly<Attributes>) => string,
  seen: Set<string>,
): readonly { readonly labels: string; readonly at: number }[] {
  const points: { labels: string; at: number }[] = []
  for (const [at, { attributes }] of dataPoints.entries()) {
    const labels = labelsOf(attributes)
    if (seen.has(labels)) continue
    seen.add(labels)
    points.push({ labels, at })
  }
  return points
}
