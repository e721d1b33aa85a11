import { didYouMean } from '../similar.ts'
import { refuseAnnotations } from './annotations.ts'
import type { SpecQuery } from './model.ts'
import type { IndicatorFields, MetricFields, SliFields, SloFields } from './openslo.ts'
import { lacks, type Located } from './readers.ts'
import type { SpecText } from './spec-text.ts'

/** An indicator, its shape checked. */
export type Indicator =
  | { readonly kind: 'threshold'; readonly query: SpecQuery }
  | {
      readonly kind: 'ratio'
      readonly shape: 'good' | 'bad'
      readonly part: SpecQuery
      readonly total: SpecQuery
      readonly counter: boolean
    }
  | {
      readonly kind: 'ratio'
      readonly shape: 'raw'
      readonly raw: SpecQuery
      readonly rawType: 'success' | 'failure'
    }

/** An SLI document, for those who refer to it. */
export interface NamedIndicator {
  readonly text: SpecText
  readonly at: number
  readonly indicator: Indicator | undefined
}

/** Reads an SLI document's indicator. */
export function indicatorOfSli(sli: Located<SliFields>, text: SpecText): Indicator | undefined {
  refuseAnnotations(sli.value.metadata?.value, text, 'of an SLI')
  return sli.value.spec === undefined ? undefined : readIndicator(sli.value.spec, 'spec', text)
}

/** The indicator of an SLO: its own, or the one that it refers to. */
export function indicatorOfSlo(
  slo: SloFields,
  text: SpecText,
  named: ReadonlyMap<string, NamedIndicator>,
): Indicator | undefined {
  const spec = slo.spec
  if (spec === undefined) return undefined
  const { indicator, indicatorRef } = spec.value
  if (indicator !== undefined && indicatorRef !== undefined) {
    text.report(indicatorRef.at, 'an SLO has `indicator` or `indicatorRef`, not both')
    return undefined
  }
  if (indicator !== undefined) {
    refuseAnnotations(indicator.value.metadata?.value, text, 'of its indicator')
    const inner = indicator.value.spec
    return inner === undefined ? undefined : readIndicator(inner, 'spec.indicator.spec', text)
  }
  if (indicatorRef === undefined) {
    if (lacks(spec, 'indicator') && lacks(spec, 'indicatorRef'))
      text.report(spec.at, '`spec.indicator` is missing: give it, or an `indicatorRef`')
    return undefined
  }
  const target = named.get(indicatorRef.value)
  if (target === undefined) {
    const near = didYouMean(indicatorRef.value, named.keys())
    text.report(
      indicatorRef.at,
      `there is no SLI named \`${indicatorRef.value}\` in the files given${near}`,
    )
  }
  return target?.indicator
}

function readIndicator(
  spec: Located<IndicatorFields>,
  path: string,
  text: SpecText,
): Indicator | undefined {
  const { thresholdMetric, ratioMetric } = spec.value
  if (thresholdMetric !== undefined && ratioMetric !== undefined) {
    text.report(spec.at, `\`${path}\` has \`thresholdMetric\` or \`ratioMetric\`, not both`)
    return undefined
  }
  if (thresholdMetric !== undefined) {
    const query = queryOf(thresholdMetric, 'query', text)
    return query === undefined ? undefined : { kind: 'threshold', query }
  }
  if (ratioMetric !== undefined) return readRatio(ratioMetric, path, text)
  if (lacks(spec, 'thresholdMetric') && lacks(spec, 'ratioMetric'))
    text.report(spec.at, `\`${path}\` needs \`thresholdMetric\` or \`ratioMetric\``)
  return undefined
}

type RatioFields = NonNullable<IndicatorFields['ratioMetric']>

function readRatio(ratio: RatioFields, path: string, text: SpecText): Indicator | undefined {
  const { good, bad, total, raw, rawType, counter } = ratio.value
  const before = text.issues.length
  const where = `\`${path}.ratioMetric\``
  if (raw !== undefined) {
    for (const other of [good, bad, total])
      if (other !== undefined)
        text.report(
          other.at,
          `${where} has \`raw\`, or \`good\` or \`bad\` with \`total\`, not both`,
        )
    if (lacks(ratio, 'rawType'))
      text.report(ratio.at, `${where} has \`raw\` and needs \`rawType\`: success or failure`)
    const query = queryOf(raw, 'raw', text)
    if (query === undefined || rawType === undefined || text.issues.length > before)
      return undefined
    return { kind: 'ratio', shape: 'raw', raw: query, rawType: rawType.value }
  }
  if (rawType !== undefined) text.report(rawType.at, `${where} has \`rawType\` and needs \`raw\``)
  if (good !== undefined && bad !== undefined)
    text.report(bad.at, `${where} has \`good\` or \`bad\`, not both`)
  if (['good', 'bad', 'raw'].every((field) => lacks(ratio, field)))
    text.report(ratio.at, `${where} needs \`good\` or \`bad\`, or \`raw\``)
  if (lacks(ratio, 'raw') && lacks(ratio, 'total'))
    text.report(ratio.at, `${where} needs \`total\``)
  if (lacks(ratio, 'raw') && lacks(ratio, 'counter'))
    text.report(ratio.at, `${where} needs \`counter\`: true when its queries are counters`)
  const part = good ?? bad
  if (part === undefined || total === undefined || counter === undefined) return undefined
  const shape = good === undefined ? 'bad' : 'good'
  const partQuery = queryOf(part, shape, text)
  const totalQuery = queryOf(total, 'total', text)
  if (partQuery === undefined || totalQuery === undefined || text.issues.length > before)
    return undefined
  return { kind: 'ratio', shape, part: partQuery, total: totalQuery, counter: counter.value }
}

function queryOf(
  metric: Located<MetricFields>,
  role: SpecQuery['role'],
  text: SpecText,
): SpecQuery | undefined {
  const source = metric.value.metricSource?.value
  const type = source?.type
  if (type !== undefined && type.value.toLowerCase() !== 'prometheus') {
    text.report(
      type.at,
      `the type of a metric source must be \`Prometheus\`, got ${JSON.stringify(type.value)}`,
    )
  }
  const query = source?.spec?.value.query?.value
  if (query === undefined) return undefined
  const locate = text.locator(query.scalar)
  return { role, text: query.text, place: locate(0), locate }
}
