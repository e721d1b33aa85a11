/** A sample as Prometheus's HTTP API writes it: seconds, and the value as text ("NaN", "+Inf", "-Inf"). */
export type SamplePair = readonly [seconds: number, value: string]

/** The labels of a series, `__name__` among them where the expression kept it. */
export type Labels = Readonly<Record<string, string>>

/** A bucket: which of its bounds it includes (0 upper, 1 lower, 2 neither, 3 both), its bounds, and its count as text. */
export type NativeBucket = readonly [
  includes: 0 | 1 | 2 | 3,
  lower: string,
  upper: string,
  count: string,
]

/** A native histogram: buckets that hold something, rising. Numbers are text, as in `SamplePair`. */
export interface NativeHistogram {
  readonly count: string
  readonly sum: string
  /** Absent where there is none. */
  readonly buckets?: readonly NativeBucket[]
}

export type HistogramPair = readonly [seconds: number, histogram: NativeHistogram]

export interface FloatSample {
  readonly metric: Labels
  readonly value: SamplePair
}

export interface HistogramSample {
  readonly metric: Labels
  readonly histogram: HistogramPair
}

export type VectorSample = FloatSample | HistogramSample

/** A series; one that holds floats has `values`, one of native histograms `histograms`, a mixed one both. */
export interface MatrixSeries {
  readonly metric: Labels
  readonly values?: readonly SamplePair[]
  readonly histograms?: readonly HistogramPair[]
}

export interface Annotations {
  /** What may make the answer wrong, in the engine's own words. */
  readonly warnings: readonly string[]
  /** What may surprise in the answer, in the engine's own words. */
  readonly infos: readonly string[]
}

/** The answer to an instant query, in the shapes of the `data` field of Prometheus's HTTP API. */
export type InstantResult = Annotations &
  (
    | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
    | { readonly resultType: 'scalar'; readonly result: SamplePair }
    | { readonly resultType: 'string'; readonly result: SamplePair }
    | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  )

/** The answer to a range query: a matrix, whatever the type of the expression. */
export type RangeResult = Annotations & {
  readonly resultType: 'matrix'
  readonly result: readonly MatrixSeries[]
}
