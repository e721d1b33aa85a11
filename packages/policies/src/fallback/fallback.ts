import { ERROR_TYPES } from '@plimsoll/semconv'
import { errorTypeOf } from '../error.ts'
import { positiveDuration } from '../options.ts'
import { surroundingsOf, type CallContext, type Surroundings } from '../policy.ts'
import type { FallbackAttemptRecord } from '../record.ts'
import { ask } from './ask.ts'
import { FallbackExhaustedError } from './exhausted.ts'
import { Journal } from './journal.ts'
import {
  checkFallbackOptions,
  type FallbackOptions,
  type FallbackRunOptions,
  type Source,
  type Tier,
} from './options.ts'

/** A value, and who served it. */
export interface FallbackResult<T> {
  readonly value: T
  readonly tier: string
  readonly source: string
  /** What became of each source up to the one that served, in order. */
  readonly attempts: readonly FallbackAttemptRecord[]
  readonly durationMs: number
}

/** Asks one source after the other until one serves. */
export interface Fallback<Input, T> {
  /**
   * Resolves with the first value that a source gave and its `accept` took. Rejects with `ERR_PLIMSOLL_FALLBACK_EXHAUSTED`
   * (`attempts`) when none did, or with the signal's reason as soon as that aborts.
   */
  run(input: Input, options?: FallbackRunOptions): Promise<FallbackResult<T>>
}

/**
 * Tiers in order, in each its sources in order. A source whose breaker is open, whose own policies refuse, that is not
 * meant for the input or whose time has come too late is skipped without a call, and its record says why.
 * @throws {OptionError} for a bad option
 */
export function fallback<Input, T>(options: FallbackOptions<Input, T>): Fallback<Input, T> {
  checkFallbackOptions(options)
  const surroundings = surroundingsOf(options)
  const posts = options.tiers.flatMap((tier: Tier<Input, T>) =>
    tier.sources.map((source) => ({ tier: tier.name, source })),
  )
  return {
    run: (input, run = {}) => serve(posts, input, run, options.deadlineMs, surroundings),
  }
}

async function serve<Input, T>(
  posts: readonly { readonly tier: string; readonly source: Source<Input, T> }[],
  input: Input,
  run: FallbackRunOptions,
  usualMs: number | undefined,
  surroundings: Surroundings,
): Promise<FallbackResult<T>> {
  if (run.deadlineMs !== undefined) positiveDuration(run.deadlineMs, ['run', 'deadlineMs'])
  const limitMs = run.deadlineMs ?? usualMs ?? Infinity
  const { clock } = surroundings
  const journal = new Journal(surroundings, run)
  const { signal } = run
  const deadlineMs = journal.startMs + limitMs
  const context: CallContext = { signal, deadlineMs, attempt: 0 }
  let lastError: unknown
  for (const { tier, source } of posts) {
    if (signal?.aborted === true) break
    const startMs = clock.now()
    const post = { tier, source: source.name }
    const { outcome, reason, exchange, value, error } = await ask(source, input, context, clock)
    journal.attempt(post, outcome, reason, exchange, clock.now() - startMs)
    if (outcome === 'success') {
      const durationMs = journal.end(post, undefined)
      return {
        value: value as T,
        tier,
        source: post.source,
        attempts: journal.attempts,
        durationMs,
      }
    }
    lastError = error ?? lastError
  }
  if (signal?.aborted === true) {
    const type = errorTypeOf(signal.reason)
    journal.end(undefined, type === ERROR_TYPES.other ? ERROR_TYPES.aborted : type)
    throw signal.reason
  }
  const late = clock.now() >= deadlineMs
  const errorType = late ? ERROR_TYPES.deadline : ERROR_TYPES.exhausted
  journal.end(undefined, errorType)
  throw new FallbackExhaustedError(journal.attempts, errorType, lastError)
}
