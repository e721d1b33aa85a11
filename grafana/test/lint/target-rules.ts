import type { Engine, ParsedQuery } from '@plimsoll/promql'
import { PromqlError } from '@plimsoll/promql'
import {
  ATTRIBUTES,
  INSTRUMENTS,
  type InstrumentDefinition,
  prometheusLabel,
  prometheusName,
} from '@plimsoll/semconv'
import type { DashboardFile } from '../dashboard-files.ts'
import { substituted } from '../panel-query.ts'
import { type Rule, targetRule } from './rule.ts'

const SUBSTITUTES = { rateInterval: '5m', range: '1h' }
/** Counts that only ever grow, by their names: ours and Prometheus's, then the Collector's, which carry no suffix. */
const COUNTER =
  /_(?:total|count|sum|bucket)$|^otelcol_(?:receiver|exporter)_(?:accepted|refused|failed|sent|send_failed|enqueue_failed)_/u
/** What goes up and down may have such a name too. */
const GAUGES = new Set(
  Object.values(INSTRUMENTS)
    .filter(({ kind }) => kind === 'gauge' || kind === 'updowncounter')
    .map((instrument) => prometheusName(instrument)),
)
const isCounter = (metric: string | null): boolean =>
  metric !== null && COUNTER.test(metric) && !GAUGES.has(metric)
/** Functions that take what a counter holds into account; the last value of a run's series is its count. */
const COUNTING = /\b(?:rate|irate|increase|last_over_time)\($/u
/** Labels of every series of ours, whatever its instrument. */
const OF_RESOURCE = [ATTRIBUTES.serviceName, ATTRIBUTES.serviceVersion, ATTRIBUTES.runId]
const ALWAYS = new Set([
  ...OF_RESOURCE.map(({ key }) => prometheusLabel(key)),
  prometheusLabel(ATTRIBUTES.metricOverflow.key),
  'instance',
  'job',
  'le',
])
/** Names of our series, each with the labels that it has. */
const SERIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.values(INSTRUMENTS).flatMap((instrument: InstrumentDefinition) => {
    const labels = new Set(instrument.attributes.map(({ key }) => prometheusLabel(key)))
    const name = prometheusName(instrument)
    const parts = instrument.kind === 'histogram' ? ['', '_bucket', '_count', '_sum'] : ['']
    return parts.map((part): [string, ReadonlySet<string>] => [`${name}${part}`, labels])
  }),
)

/** Rules about queries. */
export const TARGET_RULES: readonly Rule[] = [
  targetRule('target-promql-rule', ({ expr }, dashboard, { engine }) => {
    try {
      parsed(expr, dashboard, engine)
      return undefined
    } catch (error) {
      if (error instanceof PromqlError) return error.message
      throw error
    }
  }),
  targetRule('target-rate-interval-rule', ({ expr, instant = false }) => {
    const wanted = instant ? '$__range' : '$__rate_interval'
    const wrong = [...expr.matchAll(/\[([^\]]+)\]/gu)].filter(([, range]) => range !== wanted)
    return wrong.length === 0 ? undefined : `a range must be ${wanted}: ${expr}`
  }),
  targetRule('target-counter-agg-rule', ({ expr }, dashboard, { engine }) => {
    const query = substituted(expr, dashboard, SUBSTITUTES)
    const bare = engine
      .parse(query)
      .selectors.filter(({ metric }) => isCounter(metric))
      .filter(
        ({ start, rangeSeconds }) => rangeSeconds === null || !COUNTING.test(query.slice(0, start)),
      )
    return bare.length === 0 ? undefined : `a counter as it is: ${bare[0]?.metric}`
  }),
  targetRule('target-labels', ({ expr, legendFormat }, dashboard, { engine }) => {
    const { selectors } = parsed(expr, dashboard, engine)
    const ours = selectors.flatMap(({ metric, matchers }) => {
      const labels = SERIES.get(metric ?? '')
      return labels === undefined ? [] : [{ labels, matchers }]
    })
    const has = (labels: ReadonlySet<string>, name: string) => labels.has(name) || ALWAYS.has(name)
    const unknown = ours.flatMap(({ labels, matchers }) =>
      matchers.map(({ name }) => name).filter((name) => !has(labels, name)),
    )
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/gu)].flatMap(([, by = '']) =>
      by.split(', '),
    )
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/gu)].map(([, name = '']) => name)
    const none =
      ours.length === 0
        ? []
        : grouped.filter((name) => !ours.some(({ labels }) => has(labels, name)))
    const lost = shown.filter((name) => !grouped.includes(name))
    const wrong = [...unknown, ...none, ...lost]
    return wrong.length === 0
      ? undefined
      : `labels that the series do not have: ${wrong.join(', ')}`
  }),
  targetRule('target-variables', ({ expr, interval }, { templating }, { engine }) => {
    const missing = templating.list
      .map(({ name }) => name)
      .filter((name) => CHOICES[name] !== undefined)
      .filter((name) => {
        const { selectors } = engine.parse(expr.replaceAll(/\[\$\w+\]/gu, '[5m]'))
        const label = prometheusLabel(CHOICES[name]?.key ?? '')
        return selectors.some(({ metric, matchers }) => {
          const labels = SERIES.get(metric ?? '')
          if (labels === undefined || !(labels.has(label) || ALWAYS.has(label))) return false
          return !matchers.some((each) => each.name === label && each.value === `$${name}`)
        })
      })
    if (missing.length > 0) return `does not choose by ${missing.join(', ')}`
    return interval === '$export_interval' ? undefined : 'must step by the export interval'
  }),
]

/** Variables, and the attribute by which each chooses. */
const CHOICES: Readonly<Record<string, { readonly key: string }>> = {
  service: ATTRIBUTES.serviceName,
  run: ATTRIBUTES.runId,
  host: ATTRIBUTES.serverAddress,
}

function parsed(expr: string, dashboard: DashboardFile, engine: Engine): ParsedQuery {
  return engine.parse(substituted(expr, dashboard, SUBSTITUTES))
}
