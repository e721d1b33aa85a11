import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { type DashboardId, DASHBOARDS, linksToAll, TAG } from './directory.ts'
import { placed, type Section } from './layout.ts'
import { type VariableId, variables } from './variables.ts'

export interface DashboardSpec {
  readonly id: DashboardId
  readonly description: string
  readonly variables: readonly VariableId[]
  readonly sections: readonly Section[]
}

/** A dashboard in Grafana's classic schema, which more versions read than its successor. */
export function dashboard(spec: DashboardSpec): Dashboard {
  const { uid, title } = DASHBOARDS[spec.id]
  const built = new DashboardBuilder(title)
    .uid(uid)
    .description(spec.description)
    .tags([TAG])
    .timezone('browser')
    .readonly()
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .link(linksToAll())
    .variables([...variables(spec.variables)])
    .build()
  // The builder's own placing leaves no choice of place to panels; ours are placed already.
  return { ...built, panels: [...placed(spec.sections)] }
}
