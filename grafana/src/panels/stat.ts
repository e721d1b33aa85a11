import {
  BigValueColorMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { type ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { furnished, type PanelSpec, thresholds, type Unplaced } from './panel.ts'

export interface StatSpec extends Omit<PanelSpec, 'queries'> {
  /** Asked once, at the end of the time range. */
  readonly expr: string
  readonly colors?: ThresholdsConfigBuilder
  readonly decimals?: number
}

/** One number. */
export function stat({ expr, colors, decimals, ...spec }: StatSpec): Unplaced {
  const queries = [{ expr, legend: spec.title }]
  const builder = furnished(new PanelBuilder(), { ...spec, queries }, 'instant')
    .graphMode(BigValueGraphMode.None)
    .colorMode(colors === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .thresholds(colors ?? thresholds('text'))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .noValue('no data')
  if (decimals !== undefined) builder.decimals(decimals)
  return { builder, height: 4 }
}
