import type { Period } from '../spec/model.ts'
import type { BudgetIndicator, LimitIndicator } from './indicator.ts'
import type { RecordingRule } from './rule-file.ts'
import { errorRatioSeries, SERIES, valueSeries } from './series.ts'
import { recorded, type SloLabels } from './slo-labels.ts'

/** The error ratio over each window. */
export function errorRatioRules(
  indicator: BudgetIndicator,
  windows: readonly number[],
  labels: SloLabels,
): RecordingRule[] {
  return windows.map((window) => ({
    record: errorRatioSeries(window),
    expr: indicator.errorRatio(window),
    labels: { ...labels },
  }))
}

/** The value over each window, of an objective without a budget. */
export function valueRules(
  indicator: LimitIndicator,
  windows: readonly number[],
  labels: SloLabels,
): RecordingRule[] {
  return windows.map((window) => ({
    record: valueSeries(window),
    expr: indicator.value(window),
    labels: { ...labels },
  }))
}

/** What dashboards ask of an objective beside its error ratios: constants first, then how fast its budget burns. */
export function budgetRules(
  indicator: BudgetIndicator,
  period: Period,
  shortest: number,
  labels: SloLabels,
): RecordingRule[] {
  const { budget, target } = indicator
  const rule = (record: string, expr: string): RecordingRule => ({
    record,
    expr,
    labels: { ...labels },
  })
  const burn = (window: number): string =>
    `${recorded(errorRatioSeries(window), labels)} / ${budget}`
  return [
    ...(target === null ? [] : [rule(SERIES.objective, `vector(${target})`)]),
    rule(SERIES.budget, `vector(${budget})`),
    rule(SERIES.periodDays, `vector(${days(period)})`),
    rule(SERIES.currentBurn, burn(shortest)),
    rule(SERIES.periodBurn, burn(period.seconds)),
    rule(SERIES.budgetRemaining, `1 - ${recorded(SERIES.periodBurn, labels)}`),
  ]
}

function days({ seconds }: Period): number {
  return Number((seconds / 86_400).toPrecision(12))
}
