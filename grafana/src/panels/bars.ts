import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import type { ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { furnished, type PanelSpec, type Unplaced } from './panel.ts'

export interface BarsSpec extends PanelSpec {
  readonly colors: ThresholdsConfigBuilder
  readonly max?: number
}

/** A bar for each series, asked once: what is compared is not time. */
export function bars(spec: BarsSpec): Unplaced {
  const builder = furnished(new PanelBuilder(), spec, 'instant')
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .thresholds(spec.colors)
    .min(0)
  if (spec.max !== undefined) builder.max(spec.max)
  return { builder, height: 8 }
}
