/** A sample as Prometheus's HTTP API writes it: seconds, and the value as text ("NaN", "+Inf", "-Inf"). */
export type SamplePair = readonly [seconds: number, value: string]

/** The labels of a series, `__name__` among them where the expression kept it. */
export type Labels = Readonly<Record<string, string>>

export interface VectorSample {
  readonly metric: Labels
  readonly value: SamplePair
}

export interface MatrixSeries {
  readonly metric: Labels
  readonly values: readonly SamplePair[]
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
