import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A dashboard as its committed file has it: what Grafana loads, and what the tests look at. */
export interface DashboardFile {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly editable: boolean
  readonly tags: readonly string[]
  readonly links: readonly {
    readonly type: string
    readonly tags: readonly string[]
    readonly includeVars: boolean
    readonly keepTime: boolean
  }[]
  readonly templating: { readonly list: readonly VariableFile[] }
  readonly panels: readonly PanelFile[]
}

export interface VariableFile {
  readonly name: string
  readonly type: string
  readonly label: string
  readonly query: string
  readonly refresh?: number
  readonly allValue?: string
  readonly datasource?: { readonly uid: string }
  readonly current?: { readonly value: string | readonly string[] }
}

export interface PanelFile {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: { readonly uid: string }
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly links?: readonly { readonly title: string; readonly url: string }[]
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string }
    readonly overrides: readonly Override[]
  }
  readonly targets?: readonly TargetFile[]
}

interface Override {
  readonly matcher: { readonly id: string; readonly options: string }
  readonly properties: readonly { readonly id: string; readonly value: unknown }[]
}

export interface TargetFile {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
  readonly instant?: boolean
  readonly range?: boolean
  readonly interval: string
  readonly datasource?: { readonly uid: string }
}

export const REPOSITORY = join(import.meta.dirname, '../..')

/** Every committed dashboard. */
export function dashboardFiles(): readonly DashboardFile[] {
  return globSync(join(REPOSITORY, 'grafana/dashboards/*.json'))
    .toSorted()
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as DashboardFile)
}

/** The panels that show something, without the headings. */
export function panelsOf({ panels }: DashboardFile): readonly PanelFile[] {
  return panels.filter(({ type }) => type !== 'row')
}
