import type { Objective } from '../spec/model.ts'
import { annotationsOf, named, type RuleLinks } from './annotations.ts'
import { ruleDuration } from '../span-text.ts'
import type { RuleIndicator } from './indicator.ts'
import type { AlertingRule } from './rule-file.ts'
import { errorRatioSeries, valueSeries } from './series.ts'
import { literal, recorded, type SloLabels } from './slo-labels.ts'

const NO_DATA = 'SloNoData'
const NOT_A_BOUNDARY = 'SloLimitNotABoundary'
const HOUR = 3600

/** Alerts that the objective cannot be told: nothing to measure where the spec says that this is a failure, or no bucket at the limit. */
export function dataAlerts(
  objective: Objective,
  indicator: RuleIndicator,
  recordedWindows: readonly number[],
  labels: SloLabels,
  links: RuleLinks,
): readonly AlertingRule[] {
  const window = recordedWindows.findLast((seconds) => seconds <= HOUR) ?? objective.period.seconds
  return [
    ...(objective.noData === 'fail' ? [noData(objective, indicator, window, labels, links)] : []),
    ...notABoundary(objective, indicator, window, labels, links),
  ]
}

function noData(
  objective: Objective,
  indicator: RuleIndicator,
  window: number,
  labels: SloLabels,
  links: RuleLinks,
): AlertingRule {
  const series = indicator.kind === 'budget' ? errorRatioSeries(window) : valueSeries(window)
  return {
    alert: NO_DATA,
    expr: `absent(${recorded(series, labels)})`,
    for: '5m',
    labels: ticket(labels),
    annotations: annotationsOf(NO_DATA, objective, links, {
      summary: 'has nothing to measure',
      description: `There was no event in the last ${ruleDuration(window)}, and the spec of ${named(objective)} says that no data is a failure.`,
    }),
  }
}

function notABoundary(
  objective: Objective,
  indicator: RuleIndicator,
  window: number,
  labels: SloLabels,
  links: RuleLinks,
): AlertingRule[] {
  if (indicator.kind !== 'budget' || indicator.boundaryMissing === null) return []
  return [
    {
      alert: NOT_A_BOUNDARY,
      expr: indicator.boundaryMissing(window),
      for: '5m',
      labels: ticket(labels),
      annotations: annotationsOf(NOT_A_BOUNDARY, objective, links, {
        summary: 'cannot be told: its limit is no bucket boundary',
        description: `The histogram has observations and no bucket that ends at the limit of ${named(objective)}, so that its error budget is not watched.`,
      }),
    },
  ]
}

function ticket({ slo, slo_objective, slo_service }: SloLabels): Record<string, string> {
  return { severity: 'ticket', slo, slo_objective: literal(slo_objective), slo_service }
}
