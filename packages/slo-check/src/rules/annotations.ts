import type { Objective } from '../spec/model.ts'
import { literal } from './slo-labels.ts'

/** Where the links of an alert lead. */
export interface RuleLinks {
  /** The page with a section for each alert. @default `docs/alerts.md`, as it stands in the repository */
  readonly runbookUrl?: string
  /** The dashboard of SLOs. @default `/d/plimsoll-overview`, the path in a Grafana that has our dashboards */
  readonly dashboardUrl?: string
}

const RUNBOOK = 'docs/alerts.md'
const DASHBOARD = '/d/plimsoll-overview'

/** What an alert of an objective tells those whom it wakes. */
export function annotationsOf(
  alert: string,
  objective: Objective,
  links: RuleLinks,
  text: { readonly summary: string; readonly description: string },
): Record<string, string> {
  const { runbookUrl = RUNBOOK, dashboardUrl = DASHBOARD } = links
  return {
    summary: `${literal(`${objective.service}: ${objective.slo}`)} ${text.summary}`,
    description: text.description,
    runbook_url: `${runbookUrl}#${alert.toLowerCase()}`,
    dashboard: `${dashboardUrl}?var-service=${encodeURIComponent(objective.service)}`,
  }
}

/** The objective in quotes, as its spec names it. */
export function named(objective: Objective): string {
  return literal(`"${objective.objective}"`)
}
