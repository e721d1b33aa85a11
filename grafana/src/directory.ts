import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** Every dashboard: its uid, which is also the name of its file, and its title. A uid, once released, stays. */
export const DASHBOARDS = {
  overview: { uid: 'plimsoll-overview', title: 'Plimsoll / Overview' },
  calls: { uid: 'plimsoll-calls', title: 'Plimsoll / Calls' },
  limits: { uid: 'plimsoll-limits-and-breakers', title: 'Plimsoll / Limits and breakers' },
  fallback: { uid: 'plimsoll-fallback', title: 'Plimsoll / Fallback' },
  pipeline: { uid: 'plimsoll-pipeline', title: 'Plimsoll / Pipeline' },
} as const

export type DashboardId = keyof typeof DASHBOARDS

/** The tag by which the dashboards find each other. */
export const TAG = 'plimsoll'

/** The address of a dashboard, with the time range and the variables of the one that is looked at. */
function addressOf(id: DashboardId): string {
  return `/d/${DASHBOARDS[id].uid}?\${__url_time_range}&\${__all_variables}`
}

/** A link from a panel to the dashboard that says more. */
export function linkTo(id: DashboardId): Builder<DashboardLink> {
  return inSight(new DashboardLinkBuilder(DASHBOARDS[id].title).url(addressOf(id)))
}

/** The links at the top of a dashboard: all others, with time range and variables kept. */
export function linksToAll(): Builder<DashboardLink> {
  const link = new DashboardLinkBuilder('Plimsoll')
    .type(DashboardLinkType.Dashboards)
    .icon('external link')
    .tags([TAG])
    .includeVars(true)
    .keepTime(true)
  return inSight(link)
}

/** The address of a dashboard for the one run whose cell is clicked. */
export function addressOfRun(id: DashboardId): string {
  const kept = ['datasource', 'service', 'export_interval'].map((name) => `\${${name}:queryparam}`)
  return [`/d/${DASHBOARDS[id].uid}?\${__url_time_range}`, ...kept, 'var-run=${__value.raw}'].join(
    '&',
  )
}

/** The SDK's builder puts every link into a menu; without a placement it stands where it is seen. */
function inSight(link: Builder<DashboardLink>): Builder<DashboardLink> {
  return {
    build() {
      const { placement: _, ...rest } = link.build()
      return rest
    },
  }
}
