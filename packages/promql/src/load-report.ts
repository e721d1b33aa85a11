/** What a problem is about; the message says the rest. */
export type ProblemKind =
  | 'corrupt-json'
  | 'truncated-line'
  | 'foreign-line'
  | 'malformed-metric'
  | 'delta-temporality'
  | 'unsupported-type'
  | 'bucket-mismatch'
  | 'label-collision'
  | 'metric-collision'
  | 'conflicting-sample'

export interface LoadProblem {
  readonly file: string
  /** The line in the file, from 1. */
  readonly line: number
  readonly kind: ProblemKind
  readonly message: string
}

/** What one call of `load` read. */
export interface LoadReport {
  /** Lines that are not blank. */
  readonly lines: number
  /** Lines without a data point: traces, logs, an empty export. Recognised, and no business of the engine. */
  readonly ignoredLines: number
  /** Lines that could not be read at all: whatever metrics they held are missing. */
  readonly lostLines: number
  /** Processes that wrote data points, as far as `service.name` and `service.instance.id` tell them apart. */
  readonly instances: number
  /** Prometheus names (of a histogram: without suffix) of the metrics of which points were left out. */
  readonly leftOut: readonly string[]
  /** Data points read. */
  readonly points: number
  /** Series that these lines wrote to. */
  readonly series: number
  /** Samples written: a classic histogram's point becomes one for each bucket, its sum and its count. */
  readonly samples: number
  /** The first problems, at most 100. */
  readonly problems: readonly LoadProblem[]
  /** All problems, those beyond the list included. */
  readonly problemCount: number
  /** Monotonic series whose first point did not start before its own time: their start was put 1 ms before it. */
  readonly adjustedStarts: number
  /** Times of the first and the last sample written, in seconds; null when there was none. */
  readonly minTime: number | null
  readonly maxTime: number | null
}
