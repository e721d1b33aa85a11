import {
  HeatmapCellLayout,
  TooltipDisplayMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common'
import {
  CellValuesBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { furnished, type PanelSpec, type Unplaced } from './panel.ts'

export interface HeatmapSpec extends Omit<PanelSpec, 'queries'> {
  /** The buckets, cumulative by `le`. */
  readonly buckets: string
  /** The unit of what is counted; `unit` is that of the axis. */
  readonly cells: string
}

/** How observations spread over the buckets of a histogram, and how that changes. */
export function heatmap({ buckets, cells, ...spec }: HeatmapSpec): Unplaced {
  const queries = [{ expr: buckets, legend: '{{le}}' }]
  const builder = furnished(new PanelBuilder(), { ...spec, queries }, 'heatmap')
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new YAxisConfigBuilder().unit(spec.unit))
    .cellValues(new CellValuesBuilder().unit(cells))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges'))
    .showValue(VisibilityMode.Never)
    .showLegend()
    .tooltip(
      new HeatmapTooltipBuilder()
        .mode(TooltipDisplayMode.Single)
        .yHistogram(true)
        .showColorScale(true),
    )
  return { builder, height: 8 }
}
