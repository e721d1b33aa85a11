import type { Comparison } from '../spec/model.ts'
import { alertLabels, trafficGuard, type AlertParts } from './alert-parts.ts'
import { annotationsOf, named } from './annotations.ts'
import { ruleDuration } from '../span-text.ts'
import type { LimitIndicator } from './indicator.ts'
import type { AlertingRule } from './rule-file.ts'
import { valueSeries } from './series.ts'
import { recorded } from './slo-labels.ts'

const ALERT = 'SloLimitBroken'

const BROKEN: Readonly<Record<Comparison, string>> = { lte: '>', lt: '>=', gte: '<', gt: '<=' }

/**
 * The alert of an objective without an error budget: over a long and a short window its value is on the wrong side.
 * A ticket, because without a budget nobody knows how much of that the objective can bear.
 */
export function limitAlerts(parts: AlertParts<LimitIndicator>): readonly AlertingRule[] {
  const { objective, indicator, labels, links } = parts
  const pair = parts.windows.at(indicator.pair === 'shortest' ? 0 : -1)
  if (pair === undefined) return []
  const { long, short } = pair
  const broken = (window: number): string =>
    `${recorded(valueSeries(window), labels)} ${BROKEN[indicator.op]} ${indicator.limit(window)}`
  return [
    {
      alert: ALERT,
      expr: [broken(long), broken(short), ...trafficGuard(objective, indicator.events, long)].join(
        '\nand\n',
      ),
      labels: alertLabels('ticket', labels, long, short),
      annotations: annotationsOf(ALERT, objective, links, {
        summary: 'is on the wrong side of its limit',
        description: `Over the last ${ruleDuration(long)} the value was {{ $value | humanize }}, over the last ${ruleDuration(short)} it is on the same side; ${named(objective)} has its limit at ${indicator.limit(long)}.`,
      }),
    },
  ]
}
