import { annotationName, readAnnotations, type Annotations } from './annotations.ts'
import { indicatorOfSlo, type Indicator, type NamedIndicator } from './indicator.ts'
import type { Comparison, Objective, Period } from './model.ts'
import type { ObjectiveFields, SloFields } from './openslo.ts'
import { lacks, type Located } from './readers.ts'
import type { SpecText } from './spec-text.ts'

/** One SLO document on its way to objectives. */
interface Draft {
  readonly text: SpecText
  readonly name: string
  readonly slo: SloFields
  readonly annotations: Annotations
  readonly notes: string[]
}

/** The objectives of one SLO document; faults go to the text's issues, what has no effect to `notes`. */
export function readObjectives(
  slo: Located<SloFields>,
  text: SpecText,
  named: ReadonlyMap<string, NamedIndicator>,
  notes: string[],
): Objective[] {
  const annotations = readAnnotations(slo.value.metadata?.value, text)
  const indicator = indicatorOfSlo(slo.value, text, named)
  checkSpec(slo.value, text)
  const name = slo.value.metadata?.value.name?.value
  const list = slo.value.spec?.value.objectives
  if (list !== undefined && list.value.length === 0)
    text.report(list.at, '`spec.objectives` needs at least one objective')
  if (indicator === undefined || name === undefined || list === undefined) return []
  const draft: Draft = { text, name, slo: slo.value, annotations, notes }
  checkAnnotations(indicator, draft)
  if ((slo.value.spec?.value.alertPolicies?.value.length ?? 0) > 0)
    notes.push(`${name}: alert policies have no effect on a verdict`)
  return list.value.flatMap((fields, index) => {
    checkUnsupported(fields, index, text)
    const objective = toObjective(fields, index, indicator, draft)
    return objective === undefined ? [] : [objective]
  })
}

function checkSpec(slo: SloFields, text: SpecText): void {
  const spec = slo.spec?.value
  const windows = spec?.timeWindow
  if (windows !== undefined && windows.value.length !== 1) {
    text.report(
      windows.at,
      `\`spec.timeWindow\` must hold exactly one window, has ${windows.value.length}`,
    )
  }
  for (const { value, at } of windows?.value ?? []) {
    const rolling = value.isRolling?.value === true
    if (rolling && value.calendar !== undefined)
      text.report(value.calendar.at, 'a rolling window has no `calendar`')
    if (!rolling && value.calendar === undefined)
      text.report(at, 'the window needs `isRolling: true`, or a `calendar`')
  }
  const method = spec?.budgetingMethod
  if (method !== undefined && method.value !== 'Occurrences') {
    text.report(
      method.at,
      `\`spec.budgetingMethod\` ${method.value} is not supported: slo-check counts \`Occurrences\``,
    )
  }
}

/** Valid OpenSLO that we cannot do: saying so is better than a verdict that ignores it. */
function checkUnsupported(fields: Located<ObjectiveFields>, index: number, text: SpecText): void {
  const { timeSliceTarget, timeSliceWindow, indicator, indicatorRef, compositeWeight } =
    fields.value
  const reasons: Record<string, [Located<unknown> | undefined, string]> = {
    timeSliceTarget: [timeSliceTarget, 'time slices'],
    timeSliceWindow: [timeSliceWindow, 'time slices'],
    indicator: [indicator, 'composite SLOs'],
    indicatorRef: [indicatorRef, 'composite SLOs'],
    compositeWeight: [compositeWeight, 'composite SLOs'],
  }
  for (const [field, [found, what]] of Object.entries(reasons)) {
    if (found !== undefined)
      text.report(
        found.at,
        `\`spec.objectives[${index}].${field}\`: ${what} are not supported; write SLOs of their own`,
      )
  }
}

function checkAnnotations(indicator: Indicator, draft: Draft): void {
  const { kind, quantile, minSamples } = draft.annotations
  const { text } = draft
  if (kind !== undefined && indicator.kind === 'ratio') {
    text.report(
      kind.at,
      `\`${annotationName('kind')}: ${kind.value}\` needs a \`thresholdMetric\`, the indicator is a \`ratioMetric\``,
    )
  }
  if (quantile !== undefined && kind?.value !== 'percentile') {
    text.report(
      quantile.at,
      `\`${annotationName('quantile')}\` needs \`${annotationName('kind')}: percentile\``,
    )
  }
  const counts =
    kind?.value === 'percentile' ||
    kind?.value === 'rate' ||
    (indicator.kind === 'ratio' && indicator.shape !== 'raw')
  if (minSamples !== undefined && !counts) {
    text.report(
      minSamples.at,
      `\`${annotationName('min-samples')}\` is for ratios of events, percentiles and rates: there is nothing to count here`,
    )
  }
}

function toObjective(
  fields: Located<ObjectiveFields>,
  index: number,
  indicator: Indicator,
  draft: Draft,
): Objective | undefined {
  const { annotations, text } = draft
  const target = readTarget(fields, index, text)
  const total = draft.slo.spec?.value.objectives?.value.length ?? 1
  const own = fields.value.displayName?.value
  const inherited = total === 1 ? draft.slo.metadata?.value.displayName?.value : undefined
  const head = {
    slo: draft.name,
    service: draft.slo.spec?.value.service?.value ?? '',
    period: periodOf(draft.slo),
    objective: own ?? inherited ?? `objective ${index + 1}`,
    place: text.place(fields.at),
    noData: annotations.noData?.value ?? 'no_data',
    minSamples: annotations.minSamples?.value ?? 0,
    unit: annotations.unit?.value ?? null,
  } as const
  if (indicator.kind === 'ratio') {
    for (const name of ['op', 'value'] as const) {
      const found = fields.value[name]
      if (found !== undefined)
        text.report(
          found.at,
          `\`spec.objectives[${index}].${name}\` is for a \`thresholdMetric\`; a ratio is held against its \`target\``,
        )
    }
    return target === undefined ? undefined : { ...head, ...indicator, target: target.value }
  }
  const limit = readLimit(fields, index, text)
  if (limit === undefined || target === undefined) return undefined
  const kind = annotations.kind?.value ?? 'threshold'
  if (kind !== 'percentile') return { ...head, kind, query: indicator.query, ...limit }
  const quantile = annotations.quantile?.value ?? target.value
  if (quantile === 0) {
    text.report(target.at, 'the `target` of a percentile is its quantile and must be above 0')
    return undefined
  }
  if (quantile !== target.value) {
    draft.notes.push(
      `${draft.name}: the quantile is ${quantile}, as its annotation says; \`target\` (${target.value}) has no effect`,
    )
  }
  return { ...head, kind, query: indicator.query, quantile, ...limit }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  m: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  M: 30 * 86_400,
  Q: 90 * 86_400,
  Y: 365 * 86_400,
}

/** The one time window; of a spec that is not valid, and so never used, nothing. */
function periodOf(slo: SloFields): Period {
  const text = slo.spec?.value.timeWindow?.value[0]?.value.duration?.value ?? ''
  const seconds = Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? 0)
  return { text, seconds }
}

function readTarget(
  fields: Located<ObjectiveFields>,
  index: number,
  text: SpecText,
): Located<number> | undefined {
  const { target, targetPercent } = fields.value
  if (target !== undefined && targetPercent !== undefined) {
    text.report(targetPercent.at, 'an objective has `target` or `targetPercent`, not both')
    return undefined
  }
  if (target !== undefined) return target
  if (targetPercent !== undefined) {
    // 99.9 / 100 is 0.9990000000000001 in binary; 15 digits are what a double holds of a decimal.
    return { value: Number((targetPercent.value / 100).toPrecision(15)), at: targetPercent.at }
  }
  if (lacks(fields, 'target') && lacks(fields, 'targetPercent'))
    text.report(fields.at, `\`spec.objectives[${index}].target\` is missing`)
  return undefined
}

function readLimit(
  fields: Located<ObjectiveFields>,
  index: number,
  text: SpecText,
): { op: Comparison; limit: number } | undefined {
  const { op, value } = fields.value
  for (const name of ['op', 'value'] as const) {
    const path = `spec.objectives[${index}].${name}`
    if (lacks(fields, name))
      text.report(fields.at, `\`${path}\` is missing: a \`thresholdMetric\` is held against it`)
  }
  return op === undefined || value === undefined ? undefined : { op: op.value, limit: value.value }
}
