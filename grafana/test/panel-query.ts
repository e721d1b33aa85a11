import { dashboardFiles, type DashboardFile, panelsOf } from './dashboard-files.ts'

/** A query of a panel, as Grafana would send it. */
export interface PanelQuery {
  readonly dashboard: string
  readonly panel: string
  /** `uid / title / letter`: names it in a failure. */
  readonly name: string
  readonly expr: string
  /** Asked once, at the end of the time range. */
  readonly instant: boolean
}

export interface Substitutes {
  /** As `20s`. */
  readonly rateInterval: string
  /** The time range, as `60s`. */
  readonly range: string
}

/** Every query of every dashboard, with "All" chosen everywhere. */
export function panelQueries(substitutes: Substitutes): readonly PanelQuery[] {
  return dashboardFiles().flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr, instant = false }) => ({
        dashboard: dashboard.uid,
        panel: `${dashboard.uid} / ${title}`,
        name: `${dashboard.uid} / ${title} / ${refId}`,
        expr: substituted(expr, dashboard, substitutes),
        instant,
      })),
    ),
  )
}

/** A query with values in the place of variables. */
export function substituted(
  expr: string,
  { templating }: Pick<DashboardFile, 'templating'>,
  { rateInterval, range }: Substitutes,
): string {
  const values = new Map([
    ['__rate_interval', rateInterval],
    ['__range', range],
    ...templating.list.map(({ name, allValue = '' }): [string, string] => [name, allValue]),
  ])
  return expr.replaceAll(/\$(?:\{(\w+)\}|(\w+))/gu, (whole, braced?: string, bare?: string) => {
    const value = values.get(braced ?? bare ?? '')
    if (value === undefined) throw new Error(`the query has the unknown variable ${whole}: ${expr}`)
    return value
  })
}
