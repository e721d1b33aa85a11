/**
 * The few forms of query that the panels are made of.
 *
 * Two ways to count. Along the time axis, `rate` over `$__rate_interval`. For a number of a whole run, the last value of
 * each series in the time range: a series of a run begins at nothing, so this is its count, with nothing extrapolated, and
 * the same number that slo-check prints.
 *
 * Histograms are read in either form: the right side of `or` answers where a program exports exponential histograms, which
 * Prometheus keeps as native ones. Counts of both forms add up; a quantile of a group that has both is that of the classic
 * ones.
 */
import type { InstrumentId } from '@plimsoll/semconv'
import { hasHost, label, metric } from './names.ts'

/** Matchers beyond those of the variables, as `error_type!=""`. */
type Matchers = readonly string[]

type Part = 'bucket' | 'count' | 'sum'

/** A label matcher. */
export function where(name: string, op: '=' | '!=' | '=~' | '!~', value: string): string {
  return `${name}${op}"${value}"`
}

/** The series of a metric that the variables choose. */
export function select(id: InstrumentId, matchers: Matchers = [], part?: Part): string {
  const chosen = [
    where(label('serviceName'), '=~', '$service'),
    where(label('runId'), '=~', '$run'),
    ...(hasHost(id) ? [where(label('serverAddress'), '=~', '$host')] : []),
    ...matchers,
  ]
  return `${metric(id, part)}{${chosen.join(',')}}`
}

export function sumBy(labels: readonly string[], expression: string): string {
  return `${aggregated('sum', labels)}(${expression})`
}

export function maxBy(labels: readonly string[], expression: string): string {
  return `${aggregated('max', labels)}(${expression})`
}

export function countBy(labels: readonly string[], expression: string): string {
  return `${aggregated('count', labels)}(${expression})`
}

/** A second of each series. */
export function perSecond(series: string): string {
  return `rate(${series}[$__rate_interval])`
}

/** The count of each series at its end, or at the end of the time range. */
export function inTheRun(series: string): string {
  return `last_over_time(${series}[$__range])`
}

/** How a counter is counted: along the axis, or whole. */
type Counting = typeof perSecond

/** Events of a counter, by labels. */
export function counted(
  id: InstrumentId,
  by: readonly string[] = [],
  matchers: Matchers = [],
  counting: Counting = perSecond,
): string {
  return sumBy(by, counting(select(id, matchers)))
}

/** Events of a histogram, by labels. */
export function observed(
  id: InstrumentId,
  by: readonly string[] = [],
  matchers: Matchers = [],
  counting: Counting = perSecond,
): string {
  return fromHistogram(id, 'count', by, matchers, counting)
}

/** The sum of what a histogram observed, by labels. */
export function summed(
  id: InstrumentId,
  by: readonly string[] = [],
  matchers: Matchers = [],
  counting: Counting = perSecond,
): string {
  return fromHistogram(id, 'sum', by, matchers, counting)
}

/** A quantile of a histogram, by labels. */
export function quantile(
  q: number,
  id: InstrumentId,
  by: readonly string[] = [],
  matchers: Matchers = [],
  counting: Counting = perSecond,
): string {
  const classic = sumBy(['le', ...by], counting(select(id, matchers, 'bucket')))
  const native = sumBy(by, counting(select(id, matchers)))
  return `histogram_quantile(${q}, ${classic}) or histogram_quantile(${q}, ${native})`
}

/** The buckets of a histogram, for a heatmap. */
export function buckets(id: InstrumentId, matchers: Matchers = []): string {
  const classic = sumBy(['le'], perSecond(select(id, matchers, 'bucket')))
  return `${classic} or ${sumBy([], perSecond(select(id, matchers)))}`
}

/** The share of a whole that is a part of it: 0 where there is no such part. */
export function share(part: string, whole: string): string {
  return ratio(orNone(part, whole), whole)
}

/** One expression over another. */
export function ratio(part: string, whole: string): string {
  return `(${part}) / (${whole})`
}

/**
 * Nothing is none: 0 for each group that `all` has and the expression has not. Where `all` has nothing either, nobody looked,
 * and the panel says so: no `vector(0)`, which would call everything well.
 */
export function orNone(expression: string, all: string): string {
  return `(${expression}) or 0 * (${all})`
}

function fromHistogram(
  id: InstrumentId,
  part: 'count' | 'sum',
  by: readonly string[],
  matchers: Matchers,
  counting: Counting,
): string {
  const classic = counting(select(id, matchers, part))
  const native = `histogram_${part}(${counting(select(id, matchers))})`
  return sumBy(by, `${classic} or ${native}`)
}

function aggregated(operator: string, labels: readonly string[]): string {
  return labels.length === 0 ? operator : `${operator} by (${labels.join(', ')}) `
}
