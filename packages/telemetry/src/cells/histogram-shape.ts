import { boundariesOf } from '../labels/boundaries.ts'
import type { MeasuresOptions } from '../measures.ts'
import type { Shape } from './shape.ts'

/** How the histograms of some cells are kept. */
export interface HistogramSettings {
  /** Boundaries that the configuration adds, by instrument name. */
  readonly boundaries: MeasuresOptions['boundaries']
  readonly histograms: 'explicit' | 'exponential'
}

/**
 * The buckets of a histogram. Where all are exponential, advice for explicit boundaries says nothing (OpenTelemetry,
 * "Instrument advisory parameter: ExplicitBucketBoundaries"); boundaries that the configuration names are an order.
 */
export function histogramShape(
  name: string,
  own: readonly number[],
  { boundaries, histograms }: HistogramSettings,
): Shape {
  const ordered = boundaries?.[name] !== undefined
  if (histograms === 'exponential' && !ordered) return { kind: 'exponential' }
  return { kind: 'histogram', boundaries: boundariesOf(name, own, boundaries) }
}
