import {
  errorTypeOf,
  fallback,
  FallbackExhaustedError,
  systemClock,
  type Clock,
  type FallbackAttemptRecord,
  type FallbackRecord,
  type FallbackResult,
  type FallbackRunOptions,
  type Recorder,
} from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import { errorTypeOfAbort } from '../verdict.ts'
import { httpSource, type FetchSource } from './source.ts'

/** Sources of equal worth, asked in order. */
export interface FetchTier<Input, T> {
  /** Stands on metrics: take it from configuration, not from data. */
  readonly name: string
  readonly sources: readonly FetchSource<Input, T>[]
}

export interface FetchFallbackOptions<Input, T> {
  /** The best tier first. */
  readonly tiers: readonly FetchTier<Input, T>[]
  /** Milliseconds for all tiers together. @default none */
  readonly deadlineMs?: number
  /** @default the global one at the time of each call */
  readonly fetch?: typeof globalThis.fetch
  /** @default the recorder of the process */
  readonly recorder?: Recorder
  readonly clock?: Clock
  readonly random?: () => number
}

/** Asks the sources for `input`, tier by tier, until one serves. */
export type FetchFallback<Input, T> = (
  input: Input,
  options?: FallbackRunOptions,
) => Promise<FallbackResult<T>>

/**
 * A function that asks the sources of each tier in order, over HTTP, and gives the first good answer with the name of who
 * gave it. Rejects with `ERR_PLIMSOLL_FALLBACK_EXHAUSTED`, whose `attempts` say why each source did not serve, or with
 * the caller's abort reason.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a bad option
 */
export function createFallback<Input, T>(
  options: FetchFallbackOptions<Input, T>,
): FetchFallback<Input, T> {
  const { deadlineMs, recorder, random, clock = systemClock } = options
  const fetch = (): typeof globalThis.fetch => options.fetch ?? globalThis.fetch
  const shared = { fetch, recorder, clock, random }
  const policy = fallback<Input, T>({
    tiers: options.tiers.map(({ name, sources }) => ({
      name,
      sources: sources.map((source) => httpSource(source, shared)),
    })),
    deadlineMs,
    recorder,
    clock,
    random,
  })
  const traced = async (input: Input, run: FallbackRunOptions): Promise<FallbackResult<T>> => {
    const { workId, artifactId } = run
    const span = processTracing.startFallback({ workId, artifactId })
    const startMs = clock.now()
    try {
      const result = await span.run(() => policy.run(input, run))
      span.end(servedRecord(result, run))
      return result
    } catch (error) {
      span.end(failedRecord(error, run, clock.now() - startMs))
      throw error
    }
  }
  return (input, run = {}) => (processTracing.heard() ? traced(input, run) : policy.run(input, run))
}

function servedRecord(
  result: FallbackResult<unknown>,
  { workId, artifactId }: FallbackRunOptions,
): FallbackRecord {
  const { tier, source, attempts, durationMs } = result
  return {
    kind: 'fallback',
    workId,
    artifactId,
    tier,
    source,
    tried: triedOf(attempts),
    durationS: durationMs / 1_000,
  }
}

function failedRecord(
  error: unknown,
  { workId, artifactId, signal }: FallbackRunOptions,
  durationMs: number,
): FallbackRecord {
  const attempts = error instanceof FallbackExhaustedError ? error.attempts : []
  const canceled = signal?.aborted === true && error === signal.reason
  return {
    kind: 'fallback',
    workId,
    artifactId,
    errorType: canceled ? errorTypeOfAbort(error) : errorTypeOf(error),
    tried: triedOf(attempts),
    durationS: durationMs / 1_000,
  }
}

function triedOf(attempts: readonly FallbackAttemptRecord[]): number {
  let tried = 0
  for (const { outcome } of attempts) if (outcome !== 'skipped') tried++
  return tried
}
