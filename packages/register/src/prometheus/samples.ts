import type { HrTime } from '@opentelemetry/api'
import type { CollectedMetric } from '@plimsoll/telemetry'
import type { Exposition } from './accept.ts'

/** The lines of a metric's points, each with its labels. */
export function samplesOf(
  metric: CollectedMetric,
  points: readonly { readonly labels: string; readonly at: number }[],
  name: string,
  exposition: Exposition,
): string {
  let lines = ''
  for (const { labels, at } of points) {
    const point = metric.dataPoints[at]
    if (point === undefined) continue
    const { value, startTime } = point
    if (typeof value === 'number') {
      lines += `${name}{${labels}} ${value}\n`
      if (exposition === 'openmetrics' && 'isMonotonic' in metric && metric.isMonotonic) {
        lines += created(name.replace(/_total$/u, ''), labels, startTime)
      }
      continue
    }
    // Exponential buckets have no form in text: what is left is how many there were, and their sum.
    if ('buckets' in value) lines += bucketLines(value.buckets, name, labels, exposition)
    lines += `${name}_bucket{${withLe(labels, '+Inf')}} ${value.count}\n`
    lines += `${name}_sum{${labels}} ${value.sum}\n${name}_count{${labels}} ${value.count}\n`
    if (exposition === 'openmetrics') lines += created(name, labels, startTime)
  }
  return lines
}

function bucketLines(
  { boundaries, counts }: { readonly boundaries: number[]; readonly counts: number[] },
  name: string,
  labels: string,
  exposition: Exposition,
): string {
  let lines = ''
  let below = 0
  for (const [index, bound] of boundaries.entries()) {
    below += counts[index] ?? 0
    // OpenMetrics wants the one canonical form of a number, where whole ones have a fraction.
    const le = exposition === 'openmetrics' && Number.isInteger(bound) ? `${bound}.0` : `${bound}`
    lines += `${name}_bucket{${withLe(labels, le)}} ${below}\n`
  }
  return lines
}

function withLe(labels: string, le: string): string {
  return labels === '' ? `le="${le}"` : `${labels},le="${le}"`
}

/** When the series began, in seconds. */
function created(name: string, labels: string, [seconds, nanos]: HrTime): string {
  return `${name}_created{${labels}} ${seconds + nanos / 1e9}\n`
}
