/** The series that the rules of `slo-check rules` record of every objective that has a budget, a count's target aside. */
export const SLO_SERIES = {
  objective: 'slo:objective:ratio',
  budget: 'slo:error_budget:ratio',
  burnNow: 'slo:current_burn_rate:ratio',
  burnOverPeriod: 'slo:period_burn_rate:ratio',
  budgetLeft: 'slo:period_error_budget_remaining:ratio',
  period: 'slo:time_period:days',
} as const

/** The share of bad events over a window. */
export function errorRatio(window: '5m' | '1h' | '6h'): string {
  return `slo:sli_error:ratio_rate${window}`
}

/** The value over five minutes of an objective that has no budget: a lower limit, a plain threshold. */
export const VALUE = 'slo:sli_value:window5m'

export const SLO_LABELS = {
  slo: 'slo',
  objective: 'slo_objective',
  service: 'slo_service',
} as const

/** How urgent an alert is. */
export const SEVERITIES = { page: 'page', ticket: 'ticket' } as const
