import type { LoadReport } from './load-report.ts'
import type { ParsedQuery } from './parsed-query.ts'
import type { InstantResult } from './results.ts'

export interface EngineOptions {
  /** How far back an instant selector looks for a sample, in seconds. @default 300 */
  lookbackDeltaSeconds?: number
}

/** An OpenTelemetry instrument, as far as its Prometheus name depends on it. */
export interface Instrument {
  readonly name: string
  readonly unit: string
  readonly type: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
}

export interface Engine extends Disposable {
  /**
   * Adds the metrics of OTLP JSON lines; lines with traces or logs are counted and skipped.
   * Never throws for what a line holds: what cannot be read stands in the report.
   * @param name the file's name, as problems shall cite it. Default `otlp`.
   */
  load(lines: string | Uint8Array | Iterable<string>, name?: string): LoadReport
  /** Evaluates a query at one time. @throws PromqlError */
  instant(query: string, timeSeconds: number): InstantResult
  /** Parses and type-checks a query. @throws PromqlError of kind `parse`, with its position */
  parse(query: string): ParsedQuery
  /** Forgets every sample. */
  clear(): void
  /** The Prometheus name of an instrument; a histogram's has no `_bucket`, `_count` or `_sum`. */
  metricName(instrument: Instrument): string
  /** The Prometheus label of an attribute. */
  labelName(attribute: string): string
}

export function createEngine(_options: EngineOptions = {}): Promise<Engine> {
  return Promise.reject(new Error('the engine is not built yet'))
}
