import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { callsDashboard } from './dashboards/calls/calls.ts'
import { fallbackDashboard } from './dashboards/fallback/fallback.ts'
import { limitsDashboard } from './dashboards/limits/limits-and-breakers.ts'
import { overviewDashboard } from './dashboards/overview/overview.ts'
import { pipelineDashboard } from './dashboards/pipeline/pipeline.ts'
import { dashboardsPage } from './page.ts'

/** Every dashboard, in the order in which one would look at them. */
function dashboards(): readonly Dashboard[] {
  return [
    overviewDashboard(),
    callsDashboard(),
    limitsDashboard(),
    fallbackDashboard(),
    pipelineDashboard(),
  ]
}

/** What `npm run docs` writes for the dashboards: paths from the top of the repository, and texts. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const all = dashboards()
  return new Map([
    ...all.map((each): [string, string] => [
      `grafana/dashboards/${each.uid}.json`,
      `${JSON.stringify(each, undefined, 2)}\n`,
    ]),
    ['docs/dashboards.md', dashboardsPage(all)],
  ])
}
