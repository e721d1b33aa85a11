import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import type { Report } from '@plimsoll/slo-check'
import { type Pledge, documentOf, specText } from './openslo.ts'
import { startOf } from './lines.ts'
import { type Instance, isExported, metricOf, type Stream, type Workload } from './model.ts'
import { selector } from './objectives.ts'
import { countWithin } from './truth.ts'

/** A window of whole seconds that ends at a time, in Unix milliseconds. */
export interface Window {
  readonly seconds: number
  readonly to: number
}

const limit = { op: 'gte', value: 1 } as const

/** The metrics that promises about a window name, each with its kind; promises are named by their order. */
function metricsOf(workloads: readonly Workload[]): readonly (readonly [string, string])[] {
  return [
    ...new Map(
      workloads.flatMap(({ instruments }) => instruments.map((one) => [metricOf(one), one.kind])),
    ),
  ]
}

/** Promises about all runs of a window: of every metric that some workload has. */
export function windowSpec(workloads: readonly Workload[]): string {
  const documents = metricsOf(workloads).flatMap(([metric, kind], index) => {
    const series = (suffix = ''): string => selector(`${metric}${suffix}`, {}, ANY_SERVICE)
    return pledgesOf(kind, series).map((pledge, at) =>
      documentOf({ ...pledge, name: `${kind}-${index}-${at}` }),
    )
  })
  return specText(documents)
}

/**
 * The beginnings of the names of promises whose metric has a stream that had begun by the end of the window, and whose
 * first point came later: on a server it stands at 0 from its start, and the embedded engine does not know of it.
 */
export function unheard(workloads: readonly Workload[], { to }: Window): readonly string[] {
  const open = new Set(
    workloads.flatMap(({ instances, instruments }) =>
      instruments
        .filter(({ streams }) =>
          streams.some((stream) => {
            const instance = instances[stream.instance]
            return instance !== undefined && isOpen(stream, instance, to)
          }),
        )
        .map(metricOf),
    ),
  )
  return metricsOf(workloads).flatMap(([metric, kind], index) =>
    open.has(metric) ? [`${kind}-${index}-`] : [],
  )
}

function isOpen(stream: Stream, instance: Instance, to: number): boolean {
  return [stream.begins, stream.restarts].some((birth) => {
    if (birth === null) return false
    const first = instance.exports.findIndex(
      (_, index) => index >= birth && isExported(stream, instance, index),
    )
    return startOf(stream, instance, birth) <= to && (instance.exports[first] ?? 0) > to
  })
}

/** A window is of one service, unless the query says otherwise. */
const ANY_SERVICE = `${prometheusLabel(ATTRIBUTES.serviceName.key)}=~".+"`

function pledgesOf(kind: string, series: (suffix?: string) => string): readonly Pledge[] {
  if (kind === 'counter') {
    const [query, grown] = [series(), `sum(increase(${series()}[$window] anchored))`]
    return [
      { kind: 'count', query, ...limit },
      { kind: 'count', query: grown, ...limit },
      { kind: 'rate', query, ...limit },
      { kind: 'ratio', good: query, total: query, target: 0.5 },
    ]
  }
  if (kind === 'gauge')
    return [{ kind: 'threshold', query: `max(last_over_time(${series()}[$window]))`, ...limit }]
  const percentile = { kind: 'percentile', quantile: 0.9, op: 'lte', value: 5 } as const
  return kind === 'histogram'
    ? [
        { kind: 'count', query: series('_count'), ...limit },
        { ...percentile, query: series('_bucket') },
      ]
    : [{ ...percentile, query: series() }]
}

/** Counts of a report that decided something and are not the truth, a line for each. */
export function untrueCounts(
  report: Report,
  workloads: readonly Workload[],
  { seconds, to }: Window,
): readonly string[] {
  const span = { from: to - seconds * 1_000, to }
  const metrics = metricsOf(workloads)
  return report.objectives.flatMap(({ slo, kind, verdict, value }) => {
    const [metric] = metrics[Number(slo.split('-')[1])] ?? []
    if (kind !== 'count' || !slo.startsWith('counter') || metric === undefined) return []
    if (verdict === 'inconclusive' || verdict === 'no_data') return []
    const truth = workloads.reduce((sum, one) => sum + countWithin(one, metric, span), 0)
    return value === truth ? [] : [`${slo} (${metric}) is ${String(value)}, the truth is ${truth}`]
  })
}
