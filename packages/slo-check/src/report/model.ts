import type { Counting } from '../count/counted.ts'
import type { Comparison, ObjectiveKind } from '../spec/model.ts'
import type { ServerDescription } from '../source/source.ts'
import type { Verdict } from '../verdict.ts'

/** The report, as `--report json` writes it. Fields may be added; none changes its meaning under one schema version. */
export interface Report {
  readonly schemaVersion: 1
  /** The worst verdict of all objectives: fail, no_data, inconclusive, pass. */
  readonly verdict: Verdict
  /** Null when a window was judged. */
  readonly run: ReportedRun | null
  /** The window in which all runs were judged; null when one run was. */
  readonly window: ReportedWindow | null
  readonly source: ReportedSource
  readonly spec: { readonly files: readonly string[] }
  readonly objectives: readonly ObjectiveReport[]
  /** What was read and has no effect. */
  readonly notes: readonly string[]
  /** What was wrong with the data and did not stop the check. */
  readonly warnings: readonly string[]
}

/** Times are ISO 8601, in UTC. */
interface ReportedRun {
  readonly id: string | null
  readonly start: string
  /** Of an incomplete run: when it was last heard of. */
  readonly end: string
  /** Null when the telemetry does not tell. */
  readonly complete: boolean | null
}

interface ReportedWindow {
  /** Not included itself. */
  readonly start: string
  readonly end: string
}

interface ReportedSource {
  readonly kind: string
  readonly name: string
  readonly files: readonly string[]
  readonly services: readonly string[]
  readonly instances: number
  /** The pinned time of every query. */
  readonly evaluatedAt: string
  readonly windowSeconds: number
  /** Of a server only. */
  readonly server?: ServerDescription
}

export interface ObjectiveReport {
  readonly slo: string
  readonly objective: string
  readonly kind: ObjectiveKind
  readonly op: Comparison
  /** What was measured; null when there is no one number. */
  readonly value: number | null
  /** What is known of the value; null is unbounded. */
  readonly bounds: readonly [low: number | null, high: number | null]
  readonly unit: string | null
  /** What the value is held against. */
  readonly target: number
  readonly good: number | null
  readonly total: number | null
  readonly counting: Counting
  readonly verdict: Verdict
  readonly reason: string
}
