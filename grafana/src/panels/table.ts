import {
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { type DynamicConfigValue, MappingType } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import {
  type Column,
  furnished,
  type PanelSpec,
  refId,
  thresholds,
  type Unplaced,
} from './panel.ts'

export interface TableSpec extends PanelSpec<Column> {
  /** Labels by which the columns' queries are joined, and what they are called, from left to right. */
  readonly keys: readonly {
    readonly label: string
    readonly title: string
    readonly link?: string
    readonly properties?: readonly DynamicConfigValue[]
  }[]
  /** Title of the column to sort by, largest first. */
  readonly sortBy?: string
  /** What stands there when there is no row. */
  readonly empty?: string
}

/** A row for each group of labels, a column for each query, asked once. */
export function table(spec: TableSpec): Unplaced {
  const titles = [
    ...spec.keys.map(({ title }) => title),
    ...spec.queries.map(({ legend }) => legend),
  ]
  const fields = [...spec.keys.map(({ label }) => label), ...spec.queries.map(valueField(spec))]
  const builder = furnished(new PanelBuilder(), spec, 'table').transformations([
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(fields.map((field, at) => [field, at])),
        renameByName: Object.fromEntries(fields.map((field, at) => [field, titles[at]])),
      },
    },
  ])
  for (const { title, link, properties = [] } of spec.keys) {
    const links = link === undefined ? [] : [{ id: 'links', value: [{ title: 'Show', url: link }] }]
    if (links.length + properties.length > 0)
      builder.overrideByName(title, [...links, ...properties])
  }
  for (const { legend, unit, properties = [] } of spec.queries) {
    const own = unit === undefined ? [] : [{ id: 'unit', value: unit }]
    if (own.length + properties.length > 0) builder.overrideByName(legend, [...own, ...properties])
  }
  if (spec.empty !== undefined) builder.noValue(spec.empty)
  if (spec.sortBy !== undefined) {
    builder.sortBy([new TableSortByFieldStateBuilder().displayName(spec.sortBy).desc(true)])
  }
  return { builder, height: 8 }
}

/** Properties of a column whose cells are coloured by their value. */
export function coloredBy(...steps: Parameters<typeof thresholds>): readonly DynamicConfigValue[] {
  return [
    { id: 'thresholds', value: thresholds(...steps).build() },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
  ]
}

/** Properties of a column whose texts are coloured. */
export function coloredTexts(
  colors: Readonly<Record<string, string>>,
): readonly DynamicConfigValue[] {
  const options = Object.fromEntries(
    Object.entries(colors).map(([text, color], index) => [text, { text, color, index }]),
  )
  return [
    { id: 'mappings', value: [{ type: MappingType.ValueToText, options }] },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
  ]
}

/** Grafana names the one value column of a table `Value`, and several by their query. */
function valueField({ queries }: TableSpec): (column: Column, at: number) => string {
  return (_, at) => (queries.length === 1 ? 'Value' : `Value #${refId(at)}`)
}
