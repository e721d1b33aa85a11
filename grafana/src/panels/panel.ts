import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DashboardLink,
  type DynamicConfigValue,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { type DashboardId, linkTo } from '../directory.ts'
import { DATASOURCE, EXPORT_INTERVAL } from '../variables.ts'

export interface Query {
  /** PromQL, with Grafana's variables. */
  readonly expr: string
  /** What a series is called: text with `{{label}}`. */
  readonly legend: string
}

/** A query, and the name of its column. */
export interface Column extends Query {
  readonly unit?: string
  readonly properties?: readonly DynamicConfigValue[]
}

export interface PanelSpec<Q extends Query = Query> {
  readonly title: string
  readonly description: string
  /** A unit of Grafana's. */
  readonly unit: string
  readonly queries: readonly Q[]
  /** The dashboard that says more. */
  readonly to: DashboardId
}

/** A panel without its place. */
export interface Unplaced {
  readonly builder: PlacedBuilder
  /** Grid units of 30 pixels. */
  readonly height: number
}

interface PlacedBuilder extends Builder<Panel> {
  id(id: number): PlacedBuilder
  gridPos(place: { x: number; y: number; w: number; h: number }): PlacedBuilder
}

/** What the panel builders of the SDK have in common. */
interface PanelBuilder extends PlacedBuilder {
  title(title: string): this
  description(description: string): this
  datasource(datasource: typeof DATASOURCE): this
  targets(targets: Builder<Dataquery>[]): this
  links(links: Builder<DashboardLink>[]): this
  unit(unit: string): this
}

export type AskedAs = 'range' | 'heatmap' | 'instant' | 'table'

/** Gives a panel what every panel has. */
export function furnished<B extends PanelBuilder>(builder: B, spec: PanelSpec, as: AskedAs): B {
  return builder
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .unit(spec.unit)
    .links([linkTo(spec.to)])
    .targets(spec.queries.map((query, at) => target(query, refId(at), as)))
}

/** The letter by which Grafana knows a query, and the column of its values. */
export function refId(at: number): string {
  return String.fromCodePoint('A'.charCodeAt(0) + at)
}

/** Colours from a value upwards; the first begins below everything. */
export function thresholds(
  first: string,
  ...steps: readonly [from: number, color: string][]
): ThresholdsConfigBuilder {
  const all: Threshold[] = [
    { value: null, color: first },
    ...steps.map(([value, color]) => ({ value, color })),
  ]
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all)
}

function target({ expr, legend }: Query, id: string, as: AskedAs): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(id)
    .expr(expr)
    .legendFormat(legend)
    .datasource(DATASOURCE)
    .interval(EXPORT_INTERVAL)
    .exemplar(false)
    .format(FORMATS[as])
  return as === 'range' || as === 'heatmap' ? query.range() : query.instant()
}

const FORMATS: Readonly<Record<AskedAs, PromQueryFormat>> = {
  range: PromQueryFormat.TimeSeries,
  heatmap: PromQueryFormat.Heatmap,
  instant: PromQueryFormat.TimeSeries,
  table: PromQueryFormat.Table,
}
