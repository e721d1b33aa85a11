import type { InstantResult, ParsedQuery } from '@plimsoll/promql'

/** What is known of the run that is checked. Times are Unix seconds. */
export interface RunInfo {
  /** The run id, or null when the telemetry carries none. */
  readonly id: string | null
  readonly start: number
  /** When its last instance ended; of an incomplete run, when it was last heard of. */
  readonly end: number
  /** Whether every instance that began has also ended; null when nothing tells. */
  readonly complete: boolean | null
  /** `complete` in words. */
  readonly completeness: string
  /** Processes and workers. */
  readonly instances: number
  readonly services: readonly string[]
  /** Other runs in the same data. */
  readonly others: readonly string[]
}

/** Why what the source holds of a metric may be wrong. */
export interface Flaw {
  /** Name of the metric; of a histogram, without the suffix of its series. */
  readonly metric: string
  /** What it spoils: every selector of the metric, or those that select by its own labels. */
  readonly of: 'every-selector' | 'selectors-by-label'
  readonly reason: string
}

/** Where the telemetry comes from, for people. */
export interface SourceDescription {
  readonly kind: 'run-folder' | 'otlp-files'
  readonly name: string
  readonly files: readonly string[]
}

/**
 * The port to whatever holds the telemetry of one run and answers PromQL.
 *
 * All queries are evaluated at one pinned time. The adapters here are run folders and OTLP files, both on the embedded
 * engine; a Prometheus server is to be a third.
 */
export interface Source extends Disposable {
  readonly description: SourceDescription
  readonly run: RunInfo
  /** The pinned time, in Unix seconds. */
  readonly evaluationTime: number
  /** A duration that, looked back from that time, covers the whole run. */
  readonly windowSeconds: number
  /** What was wrong with the data and did not stop the check. */
  readonly warnings: readonly string[]
  readonly flaws: readonly Flaw[]
  /** @throws PromqlError of kind `parse`, with its position. */
  parse(query: string): ParsedQuery
  /** @throws PromqlError */
  instant(query: string): Promise<InstantResult>
  /** Names of the metrics that the run recorded. */
  metricNames(): Promise<readonly string[]>
}
