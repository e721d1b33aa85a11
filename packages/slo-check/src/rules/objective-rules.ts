import type { Objective } from '../spec/model.ts'
import type { AlertParts } from './alert-parts.ts'
import type { RuleLinks } from './annotations.ts'
import { burnAlerts } from './burn-alerts.ts'
import type { Faulty } from './counting.ts'
import { dataAlerts } from './data-alerts.ts'
import type { RuleIndicator } from './indicator.ts'
import { limitAlerts } from './limit-alerts.ts'
import { limitIndicator } from './limit-indicator.ts'
import { percentileIndicator } from './percentile-indicator.ts'
import { ratioIndicator } from './ratio-indicator.ts'
import { budgetRules, errorRatioRules, valueRules } from './recordings.ts'
import type { Rule, RuleGroup } from './rule-file.ts'
import type { Parse } from './rule-query.ts'
import type { SloLabels } from './slo-labels.ts'
import { windowsOf, type PeriodWindows } from './windows.ts'

/** Windows above a day cost much to look through and change little in two minutes. */
const LONG_WINDOW = 86_400
const LONG_INTERVAL = '2m'

/** The rule groups of one objective. */
export function objectiveRules(
  objective: Objective,
  labels: SloLabels,
  name: string,
  options: { readonly parse: Parse; readonly links: RuleLinks },
): readonly RuleGroup[] | Faulty {
  const indicator = indicatorOf(objective, options.parse)
  if ('issues' in indicator) return indicator
  const windows = windowsOf(objective.period.seconds)
  const long = windows.recorded.filter((window) => window > LONG_WINDOW)
  const short = windows.recorded.filter((window) => window <= LONG_WINDOW)
  const recordings = (over: readonly number[]): Rule[] =>
    indicator.kind === 'budget'
      ? errorRatioRules(indicator, over, labels)
      : valueRules(indicator, over, labels)
  const rest = lastRules(objective, indicator, windows, labels, options.links)
  const comments = [
    `${objective.slo}: ${objective.objective}, over ${objective.period.text}.`,
    ...indicator.comments,
    ...rest.notes.map((note) => `Left out: ${note}.`),
  ]
  const slow: RuleGroup = {
    name: `${name}:long`,
    interval: LONG_INTERVAL,
    comments: [],
    rules: recordings(long),
  }
  const group: RuleGroup = { name, comments, rules: [...recordings(short), ...rest.rules] }
  return long.length === 0 ? [group] : [group, slow]
}

/** What follows from the recorded windows: burn rates and alerts. */
function lastRules(
  objective: Objective,
  indicator: RuleIndicator,
  windows: PeriodWindows,
  labels: SloLabels,
  links: RuleLinks,
): { readonly rules: readonly Rule[]; readonly notes: readonly string[] } {
  const data = dataAlerts(objective, indicator, windows.recorded, labels, links)
  const parts = { objective, labels, windows: windows.alerts, links }
  if (indicator.kind === 'limit')
    return { rules: [...limitAlerts({ ...parts, indicator }), ...data], notes: [] }
  const shortest = windows.recorded[0] ?? objective.period.seconds
  const alerts = burnAlerts({ ...parts, indicator } satisfies AlertParts<typeof indicator>)
  return {
    rules: [
      ...budgetRules(indicator, objective.period, shortest, labels),
      ...alerts.rules,
      ...data,
    ],
    notes: [...windows.notes, ...alerts.notes],
  }
}

function indicatorOf(objective: Objective, parse: Parse): RuleIndicator | Faulty {
  if (objective.kind === 'ratio') return ratioIndicator(objective, parse)
  if (objective.kind === 'percentile') return percentileIndicator(objective, parse)
  return limitIndicator(objective, parse)
}
