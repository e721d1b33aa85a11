import { type GoProgram, startGoProgram } from './go-program.ts'
import type { LoadReport } from './load-report.ts'
import { otlpChunks } from './otlp-chunks.ts'
import type { ParsedQuery } from './parsed-query.ts'
import { PromqlError } from './promql-error.ts'
import type { InstantResult, RangeResult } from './results.ts'

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
  /**
   * Evaluates a query at `start`, `start + step`, … up to `end`, as Prometheus's `query_range` does. All three are
   * seconds, exact to the millisecond. The query gives a vector or a scalar.
   * @throws PromqlError of kind `execution` when the range ends before it starts, the step is below 1 ms, or there are
   * more than 11,000 steps, the HTTP API's limit
   */
  range(query: string, start: number, end: number, step: number): RangeResult
  /** Parses and type-checks a query. @throws PromqlError of kind `parse`, with its position */
  parse(query: string): ParsedQuery
  /** Forgets every sample. */
  clear(): void
  /** The Prometheus name of an instrument; a histogram's has no `_bucket`, `_count` or `_sum`. */
  metricName(instrument: Instrument): string
  /** The Prometheus label of an attribute. */
  labelName(attribute: string): string
}

const defaultLookbackDeltaSeconds = 300

/**
 * Starts an engine of its own with no data. The compiled module is shared by all engines of the process: the first
 * takes about a quarter of a second, each further one some hundredths.
 * @throws RangeError for an option out of range
 * @throws PromqlError of kind `engine` when WebAssembly cannot run here
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const lookback = options.lookbackDeltaSeconds ?? defaultLookbackDeltaSeconds
  if (!(lookback > 0 && Number.isFinite(lookback))) {
    throw new RangeError(`lookbackDeltaSeconds must be above 0, got ${lookback}`)
  }
  return engineOf(await startGoProgram({ lookbackMs: Math.round(lookback * 1000) }))
}

function engineOf(program: GoProgram): Engine {
  let running: GoProgram | undefined = program
  const call: GoProgram['call'] = (name, ...args) => {
    if (running === undefined) throw new PromqlError('engine', 'the engine was disposed of')
    return running.call(name, ...args)
  }
  return {
    load(lines, name = 'otlp') {
      call('loadStart', name)
      for (const chunk of otlpChunks(lines)) call('loadChunk', chunk)
      return call('loadFinish') as LoadReport
    },
    instant(query, timeSeconds) {
      return call('instant', query, milliseconds('evaluation time', timeSeconds)) as InstantResult
    },
    range(query, start, end, step) {
      const startMs = milliseconds('start of the range', start)
      const endMs = milliseconds('end of the range', end)
      return call('range', query, startMs, endMs, milliseconds('step', step)) as RangeResult
    },
    parse: (query) => call('parse', query) as ParsedQuery,
    clear: () => void call('clear'),
    metricName: ({ name, unit, type }) => call('metricName', name, unit, type) as string,
    labelName: (attribute) => call('labelName', attribute) as string,
    [Symbol.dispose]() {
      running = undefined
    },
  }
}

function milliseconds(what: string, seconds: number): number {
  const ms = Math.round(seconds * 1000)
  if (Number.isSafeInteger(ms)) return ms
  throw new PromqlError('execution', `the ${what} must be a number of seconds, got ${seconds}`)
}
