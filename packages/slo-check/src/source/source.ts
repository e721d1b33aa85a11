import type { InstantResult, ParsedQuery } from '@plimsoll/promql'

/** What is judged, and who took part. Times are Unix seconds. */
interface Judged {
  readonly start: number
  readonly end: number
  /** Processes and workers. */
  readonly instances: number
  readonly services: readonly string[]
}

/** What is known of the run that is checked. */
export interface RunInfo extends Judged {
  readonly kind: 'run'
  /** The run id, or null when the telemetry carries none. */
  readonly id: string | null
  /** When its last instance ended; of an incomplete run, when it was last heard of. */
  readonly end: number
  /** Whether every instance that began has also ended; null when nothing tells. */
  readonly complete: boolean | null
  /** `complete` in words. */
  readonly completeness: string
  /** Other runs in the same data. */
  readonly others: readonly string[]
}

/** A window of time, in which all runs are judged together. */
export interface WindowInfo extends Judged {
  readonly kind: 'window'
}

/** What is judged: one run, or all that happened in a window. */
export type Scope = RunInfo | WindowInfo

/** Why what the source holds of a metric may be wrong. */
export interface Flaw {
  /** Name of the metric; of a histogram, without the suffix of its series. */
  readonly metric: string
  /** What it spoils: every selector of the metric, or those that select by its own labels. */
  readonly of: 'every-selector' | 'selectors-by-label'
  readonly reason: string
}

/** What a server says of itself; null is unknown. */
export interface ServerDescription {
  readonly application: string
  readonly version: string | null
  readonly features: {
    /** It knows `anchored` in range selectors. */
    readonly anchored: boolean | null
    /** It writes a sample of 0 at the start timestamp of a series. */
    readonly zeroIngestion: boolean | null
  }
}

/** Where the telemetry comes from, for people. */
export interface SourceDescription {
  readonly kind: 'run-folder' | 'otlp-files' | 'prometheus'
  /** Never with a secret in it. */
  readonly name: string
  readonly files: readonly string[]
  /** Of a server only. */
  readonly server?: ServerDescription
}

/**
 * The port to whatever holds the telemetry and answers PromQL.
 *
 * All queries are evaluated at one pinned time. The adapters here are run folders and OTLP files, both on the embedded
 * engine, and a Prometheus-compatible server.
 */
export interface Source extends Disposable {
  readonly description: SourceDescription
  readonly scope: Scope
  /** The pinned time, in Unix seconds. */
  readonly evaluationTime: number
  /** A duration that, looked back from that time, covers the whole run, or is the window. */
  readonly windowSeconds: number
  /** What was wrong with the data and did not stop the check. */
  readonly warnings: readonly string[]
  readonly flaws: readonly Flaw[]
  /** Why all that the source tells may be wrong. */
  readonly doubts: readonly string[]
  /** Why increases over windows are not exact here, and what is missing; null where they are. */
  readonly anchoredFault: string | null
  /** Whether the data may hold telemetry of others that nothing here has seen, as a server's does. */
  readonly isShared: boolean
  /** @throws PromqlError of kind `parse`, with its position. */
  parse(query: string): ParsedQuery
  /** @throws PromqlError */
  instant(query: string): Promise<InstantResult>
  /** Names of the metrics that were recorded. */
  metricNames(): Promise<readonly string[]>
}

/** The run that selectors are limited to: none in a window, nor where the telemetry has no run id. */
export function runIdOf({ scope }: Pick<Source, 'scope'>): string | null {
  return scope.kind === 'run' ? scope.id : null
}
