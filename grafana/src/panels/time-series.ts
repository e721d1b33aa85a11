import {
  type GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { furnished, type PanelSpec, thresholds, type Unplaced } from './panel.ts'

export interface TimeSeriesSpec extends PanelSpec {
  /** Whether the series add up to something. */
  readonly stacked?: boolean
  /** Colours of series by their name. */
  readonly colors?: Readonly<Record<string, string>>
  readonly min?: number
  readonly max?: number
  /** A line of warning at this value. */
  readonly limit?: number
  readonly draw?: GraphDrawStyle
}

/** Lines along the time axis, with last and highest value in the legend. */
export function timeSeries(spec: TimeSeriesSpec): Unplaced {
  const builder = furnished(new PanelBuilder(), spec, 'range')
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max'])
        .sortBy('Max')
        .sortDesc(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .lineWidth(1)
    .fillOpacity(spec.stacked === true ? 60 : 8)
    // A short run is a few points: lines alone would not show one.
    .showPoints(VisibilityMode.Auto)
    .pointSize(4)
  if (spec.stacked === true) {
    builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  }
  if (spec.draw !== undefined) builder.drawStyle(spec.draw)
  if (spec.min !== undefined) builder.min(spec.min)
  if (spec.max !== undefined) builder.max(spec.max)
  if (spec.limit !== undefined) limited(builder, spec.limit)
  for (const [name, color] of Object.entries(spec.colors ?? {})) {
    const value = { mode: 'fixed', fixedColor: color }
    builder.overrideByName(name, [{ id: 'color', value }])
  }
  return { builder, height: 8 }
}

function limited(builder: PanelBuilder, limit: number): void {
  builder
    .thresholds(thresholds('transparent', [limit, 'red']))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
}
