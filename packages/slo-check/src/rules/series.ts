import { ruleDuration } from '../span-text.ts'

/** Names of the series that rules record; Sloth's, where it has the same thing, so that its dashboards read ours. */
export const SERIES = {
  objective: 'slo:objective:ratio',
  budget: 'slo:error_budget:ratio',
  periodDays: 'slo:time_period:days',
  currentBurn: 'slo:current_burn_rate:ratio',
  periodBurn: 'slo:period_burn_rate:ratio',
  budgetRemaining: 'slo:period_error_budget_remaining:ratio',
} as const

/** The error ratio over a window. */
export function errorRatioSeries(window: number): string {
  return `slo:sli_error:ratio_rate${ruleDuration(window)}`
}

/** The value over a window, of an objective that has no budget. */
export function valueSeries(window: number): string {
  return `slo:sli_value:window${ruleDuration(window)}`
}
