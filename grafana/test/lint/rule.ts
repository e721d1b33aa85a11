import type { Engine } from '@plimsoll/promql'
import {
  type DashboardFile,
  panelsOf,
  type PanelFile,
  type TargetFile,
} from '../dashboard-files.ts'

/** A rule: says what is wrong with a dashboard, a sentence each. */
export interface Rule {
  /** Of Grafana's dashboard-linter where it has such a rule. */
  readonly name: string
  faults(dashboard: DashboardFile, context: Context): readonly string[]
}

export interface Context {
  readonly engine: Engine
  /** The uids of all dashboards. */
  readonly uids: ReadonlySet<string>
}

/** A rule about each panel that shows something. */
export function panelRule(
  name: string,
  fault: (panel: PanelFile, dashboard: DashboardFile) => string | undefined,
): Rule {
  return {
    name,
    faults: (dashboard) =>
      panelsOf(dashboard).flatMap((panel) => {
        const found = fault(panel, dashboard)
        return found === undefined ? [] : [`${dashboard.uid} / ${panel.title}: ${found}`]
      }),
  }
}

/** A rule about each query of each panel. */
export function targetRule(
  name: string,
  fault: (target: TargetFile, dashboard: DashboardFile, context: Context) => string | undefined,
): Rule {
  return {
    name,
    faults: (dashboard, context) =>
      panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
        targets.flatMap((target) => {
          const found = fault(target, dashboard, context)
          const place = `${dashboard.uid} / ${title} / ${target.refId}`
          return found === undefined ? [] : [`${place}: ${found}`]
        }),
      ),
  }
}
