export { createEngine, type Engine, type EngineOptions, type Instrument } from './engine.ts'
export type { LoadProblem, LoadReport, ProblemKind } from './load-report.ts'
export type { LabelMatcher, MatchOp, ParsedQuery, Selector } from './parsed-query.ts'
export { PromqlError, type PromqlErrorDetails, type PromqlErrorKind } from './promql-error.ts'
export type {
  Annotations,
  FloatSample,
  HistogramPair,
  HistogramSample,
  InstantResult,
  Labels,
  MatrixSeries,
  NativeBucket,
  NativeHistogram,
  RangeResult,
  SamplePair,
  VectorSample,
} from './results.ts'
