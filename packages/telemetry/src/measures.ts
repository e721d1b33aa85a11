import type { Attributes } from '@opentelemetry/api'
import type { InstrumentId } from '@plimsoll/semconv'

/** One instrument with one set of labels: bind once, record often. */
export interface Series {
  /** Adds to a counter or up-down counter, takes up a histogram's value, or sets a gauge. Never throws. */
  record(value: number): void
  /** Whether this is the series that takes what came after the cap; such a one is not worth remembering by its labels. */
  readonly overflow: boolean
}

/**
 * The port between the recorder and whatever keeps numbers. Two adapters: cells of our own, and the instruments of the
 * OpenTelemetry API; both pass one conformance suite.
 */
export interface Measures {
  /**
   * The series of an instrument of the table with these labels; the same one for equal labels, in any order. A counter
   * or up-down counter begins at 0 when it is bound, a histogram or gauge is reported from its first value.
   */
  bind(id: InstrumentId, attributes: Attributes): Series
}

/** What both adapters can be told. */
export interface MeasuresOptions {
  /** Boundaries to add to histograms, by instrument name, in the instrument's unit. */
  readonly boundaries?: Readonly<Record<string, readonly number[]>>
  /**
   * Series that an instrument may have for the life of the process; later ones fold into one that carries
   * `otel.metric.overflow`. @default 2000
   */
  readonly maxSeriesPerInstrument?: number
}

/** Series for each instrument: what the OpenTelemetry specification gives as the default of its SDKs. */
export const MAX_SERIES_PER_INSTRUMENT = 2000
