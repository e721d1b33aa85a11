export { isSuppressed } from './spans/suppressed.ts'
export { createTracing } from './spans/tracing.ts'
export { installTracing, processTracing } from './spans/process-tracing.ts'
export type { AttemptStart, CallStart, FallbackStart, Tracing } from './spans/tracing.ts'
export { createLightTracing, type LightTracingOptions } from './spans/light-tracing.ts'
export type { FinishedSpan } from './spans/light-span.ts'
export type { Sampling } from './spans/sampling.ts'
export type { OpenSpan, TraceHeaders } from './spans/open-span.ts'
export { MAX_SERIES_PER_INSTRUMENT } from './measures.ts'
export type { Measures, MeasuresOptions, Series } from './measures.ts'
export type {
  CollectedExponentialHistogram,
  CollectedGauge,
  CollectedHistogram,
  CollectedMetric,
  CollectedMetrics,
  CollectedScope,
  CollectedSum,
  DataPoint,
  ExponentialValue,
  HistogramValue,
  MetricDescriptor,
} from './cells/collected.ts'
export { apiMeasures } from './api-measures.ts'
export { createCells, type Cells, type CellsOptions } from './cells/cells.ts'
export { createArena, ownersIn, releaseChunks } from './shared/arena.ts'
export { createLedger, readLedger, type Entry, type Ledger } from './shared/ledger.ts'
export type { Places } from './cells/places.ts'
export { sharedPlaces, storedSeries } from './shared/shared-cells.ts'
export {
  createRecorder,
  type CallCounts,
  type RecorderOptions,
  type TelemetryRecorder,
} from './recorder/recorder.ts'
export { AttributeSink, type FieldSink, type FieldValue } from './fields.ts'
export { hrTime } from './hr-time.ts'
export { putEventFields } from './recorder/event-fields.ts'
export { weightOf, type HeldEvent } from './recorder/held-events.ts'
export { VERSION } from './version.ts'
export { faultReport } from './diagnostics.ts'
