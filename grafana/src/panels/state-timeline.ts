import {
  TimelineValueAlignment,
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { furnished, type PanelSpec, type Unplaced } from './panel.ts'

export interface StateTimelineSpec extends PanelSpec {
  /** What a value of the query means: text and colour, by the value. */
  readonly states: readonly { readonly text: string; readonly color: string }[]
}

/** A row for each series, coloured by the state that its value stands for: 0, 1, 2 … */
export function stateTimeline({ states, ...spec }: StateTimelineSpec): Unplaced {
  const options = Object.fromEntries(states.map((state, index) => [index, { ...state, index }]))
  const builder = furnished(new PanelBuilder(), spec, 'range')
    .mappings([{ type: MappingType.ValueToText, options }])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .alignValue(TimelineValueAlignment.Left)
    .rowHeight(0.85)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
  return { builder, height: 8 }
}
