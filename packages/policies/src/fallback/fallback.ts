import { ERROR_TYPES } from '@plimsoll/semconv'
import type { Clock } from '../clock.ts'
import { errorTypeOf } from '../error.ts'
import { positiveDuration } from '../options.ts'
import { surroundingsOf, type CallContext, type Surroundings } from '../policy.ts'
import type { FallbackAttemptRecord } from '../record.ts'
import { ask, type Answer } from './ask.ts'
import { FallbackExhaustedError } from './exhausted.ts'
import { Journal, type Post } from './journal.ts'
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
    tier.sources.map((source) => ({ tier: tier.name, source: source.name, asked: source })),
  )
  return {
    run: (input, run = {}) => {
      try {
        if (run.deadlineMs !== undefined) positiveDuration(run.deadlineMs, ['run', 'deadlineMs'])
        const limitMs = run.deadlineMs ?? options.deadlineMs ?? Infinity
        return new Serving(posts, input, run, limitMs, surroundings).next()
      } catch (error) {
        return Promise.reject(error)
      }
    },
  }
}

/** A source in its place. */
interface Place<Input, T> extends Post {
  readonly asked: Source<Input, T>
}

/** One run. Not an async function, whose frame each work item in flight would hold. */
class Serving<Input, T> {
  readonly #places: readonly Place<Input, T>[]
  readonly #input: Input
  readonly #clock: Clock
  readonly #journal: Journal
  readonly #context: CallContext
  #tried = 0
  #lastError: unknown = undefined

  constructor(
    places: readonly Place<Input, T>[],
    input: Input,
    run: FallbackRunOptions,
    limitMs: number,
    surroundings: Surroundings,
  ) {
    this.#places = places
    this.#input = input
    this.#clock = surroundings.clock
    this.#journal = new Journal(surroundings, run)
    const deadlineMs = this.#journal.startMs + limitMs
    this.#context = { signal: run.signal, deadlineMs, attempt: 0 }
  }

  /** Asks the next source, and then, until one serves, those after it. */
  next(): Promise<FallbackResult<T>> {
    const aborted = this.#context.signal?.aborted === true
    const place = aborted ? undefined : this.#places[this.#tried++]
    if (place === undefined) return Promise.reject(this.#unserved())
    const startMs = this.#clock.now()
    return ask(place.asked, this.#input, this.#context, this.#clock).then((answer) =>
      this.#took(place, answer, startMs),
    )
  }

  #took(
    place: Place<Input, T>,
    { outcome, reason, exchange, value, error }: Answer<T>,
    startMs: number,
  ): FallbackResult<T> | Promise<FallbackResult<T>> {
    const journal = this.#journal
    journal.attempt(place, outcome, reason, exchange, this.#clock.now() - startMs)
    if (outcome !== 'success') {
      this.#lastError = error ?? this.#lastError
      return this.next()
    }
    const durationMs = journal.end(place, undefined)
    const { tier, source } = place
    return { value: value as T, tier, source, attempts: journal.attempts, durationMs }
  }

  /** What the run rejects with. */
  #unserved(): unknown {
    const { signal, deadlineMs } = this.#context
    if (signal?.aborted === true) {
      const type = errorTypeOf(signal.reason)
      this.#journal.end(undefined, type === ERROR_TYPES.other ? ERROR_TYPES.aborted : type)
      return signal.reason
    }
    const late = this.#clock.now() >= deadlineMs
    const errorType = late ? ERROR_TYPES.deadline : ERROR_TYPES.exhausted
    this.#journal.end(undefined, errorType)
    return new FallbackExhaustedError(this.#journal.attempts, errorType, this.#lastError)
  }
}
