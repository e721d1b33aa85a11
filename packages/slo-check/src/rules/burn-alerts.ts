import type { Objective } from '../spec/model.ts'
import { alertLabels, type AlertParts, trafficGuard } from './alert-parts.ts'
import { annotationsOf, named } from './annotations.ts'
import { lasting, ruleDuration } from '../span-text.ts'
import type { BudgetIndicator } from './indicator.ts'
import type { AlertingRule } from './rule-file.ts'
import { errorRatioSeries } from './series.ts'
import { recorded } from './slo-labels.ts'
import type { BurnWindows } from './windows.ts'

const ALERT = 'SloErrorBudgetBurn'

/** Alerts, and why some are missing. */
export interface Alerts {
  readonly rules: readonly AlertingRule[]
  readonly notes: readonly string[]
}

/** One alert for each pair of windows over which the budget can burn that fast. */
export function burnAlerts(parts: AlertParts<BudgetIndicator>): Alerts {
  const { indicator, windows } = parts
  const [first] = windows
  if (indicator.isZero)
    return { rules: first === undefined ? [] : [zeroAlert(parts, first)], notes: [] }
  const worst = indicator.worstBurn ?? Number.POSITIVE_INFINITY
  const reachable = windows.filter(({ factor }) => factor < worst)
  return {
    rules: reachable.map((pair) => burnAlert(parts, pair)),
    notes: windows
      .filter((pair) => !reachable.includes(pair))
      .map(
        ({ severity, factor }) =>
          `no ${severity} at ${factor} times: with a budget of ${percent(indicator.budget)} nothing burns faster than ${rounded(worst)} times`,
      ),
  }
}

function burnAlert(
  { objective, indicator, labels, links }: AlertParts<BudgetIndicator>,
  { severity, long, short, factor }: BurnWindows,
): AlertingRule {
  const threshold = [factor, indicator.budget].filter((one) => one !== 1).join(' * ') || '1'
  const above = (window: number): string =>
    `${recorded(errorRatioSeries(window), labels)} > ${threshold}`
  const spent = lasting(objective.period.seconds / factor)
  return {
    alert: ALERT,
    expr: [above(long), above(short), ...trafficGuard(objective, indicator.events, long)].join(
      '\nand\n',
    ),
    labels: alertLabels(severity, labels, long, short),
    annotations: annotationsOf(ALERT, objective, links, {
      summary: `burns its error budget at more than ${factor === 1 ? '' : `${factor} times `}the rate that lasts`,
      description: `${lately(indicator, long, objective)} At this rate the budget of ${objective.period.text} is gone in less than ${spent}.`,
    }),
  }
}

/** What the value of the alert says. */
function lately(indicator: BudgetIndicator, long: number, objective: Objective): string {
  const window = ruleDuration(long)
  return indicator.target === null
    ? `In the last ${window} there were {{ $value | humanize }} times as many events as ${named(objective)} allows in that time.`
    : `In the last ${window} {{ $value | humanizePercentage }} was bad; ${named(objective)} allows ${percent(indicator.budget)}.`
}

/** Where none is allowed there is no rate of burning: one event is too many, as long as the window holds it. */
function zeroAlert(
  { objective, labels, links }: AlertParts<BudgetIndicator>,
  { long }: BurnWindows,
): AlertingRule {
  return {
    alert: ALERT,
    expr: `${recorded(errorRatioSeries(long), labels)} > 0`,
    labels: alertLabels('page', labels, long, long),
    annotations: annotationsOf(ALERT, objective, links, {
      summary: 'had an event of which none is allowed',
      description: `In the last ${ruleDuration(long)} there was at least one event; ${named(objective)} allows none.`,
    }),
  }
}

function percent(share: number): string {
  return `${rounded(share * 100)} %`
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
