import type { RetryReason, RetryResult } from '@plimsoll/semconv'
import { callUntilAborted } from '../abort.ts'
import type { Clock } from '../clock.ts'
import { isPlimsollError, PlimsollError } from '../error.ts'
import {
  contextOf,
  surroundingsOf,
  type Call,
  type CallContext,
  type Outcome,
  type Policy,
} from '../policy.ts'
import { quieted } from '../recorder.ts'
import { isDelay } from '../status.ts'
import { bounded } from '../timeout/bounded.ts'
import { decideRetry, retryReasonOf } from './decide.ts'
import { retryDelayMs } from './delay.ts'
import {
  checkRetryNumbers,
  checkRetryOptions,
  settingsOf,
  type RetryDecision,
  type RetryNotice,
  type RetryNumbers,
  type RetryOptions,
  type RetrySettings,
} from './options.ts'
import { RetryReports } from './reports.ts'
import { noProgress, type Progress, type RetryRun } from './state.ts'

/** Calls again what may pass. */
export interface Retry extends Policy {
  /** As `run`, but never rejects: tells the outcome and what it took. */
  runDetailed<T>(call: Call<T>, context?: Partial<CallContext>): Promise<RetryRun<T>>
  /**
   * Goes by these numbers, and pays from this budget, from now on; what is absent has its default. Runs under way decide by
   * them what comes next; a backoff that has begun and a `totalTimeoutMs` that runs stay as they are.
   * @throws {OptionError} for a bad number; then nothing has changed
   */
  update(numbers: RetryNumbers): void
  /**
   * For whoever makes the first attempt by itself, since most need no second: counts a call, of which the retry then knows
   * only if its first outcome is handed to `resume`.
   */
  begin(): void
  /** As `runDetailed`, but for a call that was begun, from the outcome of its first attempt on. */
  resume<T>(first: Outcome<T>, call: Call<T>, context?: Partial<CallContext>): Promise<RetryRun<T>>
}

/**
 * Retries with exponential backoff and full jitter (Brooker, "Exponential Backoff And Jitter"), never before the
 * `Retry-After` of the server, within a budget and a deadline. When it gives up, the last outcome is the run's; after an
 * abort it settles at once with the signal's reason and calls no more.
 * @throws {OptionError} for a bad option
 */
export function retry(options: RetryOptions = {}): Retry {
  checkRetryOptions(options)
  return new RetryPolicy(options)
}

interface Scheduled {
  readonly delayMs: number
  readonly reason: RetryReason
}

function attempt<T>(call: Call<T>, context: CallContext, ordinal: number): Promise<T> {
  const { signal, deadlineMs } = context
  // The first is mostly that of the caller as well.
  const own = context.attempt === ordinal ? context : { signal, deadlineMs, attempt: ordinal }
  return callUntilAborted(call, own, signal)
}

function standing<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

class RetryPolicy implements Retry {
  #settings: RetrySettings
  readonly #clock: Clock
  readonly #random: () => number
  readonly #reports: RetryReports
  readonly #decide: (outcome: Outcome) => RetryDecision | undefined
  readonly #onRetry: ((notice: RetryNotice) => void) | undefined

  constructor(options: RetryOptions) {
    this.#settings = settingsOf(options)
    const { clock, random, recorder, subject } = surroundingsOf(options)
    this.#clock = clock
    this.#random = random
    this.#reports = new RetryReports(recorder, subject)
    this.#decide = options.decide ?? decideRetry
    this.#onRetry = options.onRetry
  }

  update(numbers: RetryNumbers): void {
    checkRetryNumbers(numbers)
    this.#settings = settingsOf(numbers)
  }

  begin(): void {
    this.#settings.budget?.deposit()
  }

  run<T>(call: Call<T>, context?: Partial<CallContext>): Promise<T> {
    return this.#bounded(call, contextOf(context), noProgress())
  }

  runDetailed<T>(call: Call<T>, context?: Partial<CallContext>): Promise<RetryRun<T>> {
    return this.#detailed(call, contextOf(context), undefined)
  }

  resume<T>(
    first: Outcome<T>,
    call: Call<T>,
    context?: Partial<CallContext>,
  ): Promise<RetryRun<T>> {
    return this.#detailed(call, contextOf(context), first)
  }

  async #detailed<T>(
    call: Call<T>,
    context: CallContext,
    first: Outcome<T> | undefined,
  ): Promise<RetryRun<T>> {
    const progress = noProgress()
    try {
      const value = await this.#bounded(call, context, progress, first)
      return { ok: true, value, ...progress }
    } catch (error) {
      return { ok: false, error, ...progress }
    }
  }

  #bounded<T>(
    call: Call<T>,
    context: CallContext,
    progress: Progress,
    first?: Outcome<T>,
  ): Promise<T> {
    const { totalTimeoutMs } = this.#settings
    if (totalTimeoutMs === undefined) return this.#attempts(call, context, progress, first)
    const clock = this.#clock
    const nowMs = clock.now()
    const deadlineMs = Math.min(context.deadlineMs, nowMs + totalTimeoutMs)
    const expired = (): PlimsollError =>
      new PlimsollError(
        'ERR_PLIMSOLL_DEADLINE',
        `all attempts took longer than ${totalTimeoutMs} ms`,
      )
    return bounded(
      { clock, limitMs: deadlineMs - nowMs, expired },
      (inner) => this.#attempts(call, inner, progress, first),
      { ...context, deadlineMs },
    )
  }

  /** Most calls need one attempt: they do without an async function, whose frame is dear. */
  #attempts<T>(
    call: Call<T>,
    context: CallContext,
    progress: Progress,
    first: Outcome<T> | undefined,
  ): Promise<T> {
    if (first !== undefined) {
      return Promise.resolve(first).then((outcome) => this.#goOn(outcome, call, context, progress))
    }
    try {
      context.signal?.throwIfAborted()
      this.begin()
    } catch (error) {
      return Promise.reject(error)
    }
    return attempt(call, context, 0).then(
      (value) => this.#goOn({ value }, call, context, progress),
      (error: unknown) => this.#goOn({ error }, call, context, progress),
    )
  }

  #goOn<T>(
    outcome: Outcome<T>,
    call: Call<T>,
    context: CallContext,
    progress: Progress,
  ): T | Promise<T> {
    const next = this.#next(outcome, context, progress)
    return next === undefined ? standing(outcome) : this.#again(next, call, context, progress)
  }

  async #again<T>(
    first: Scheduled,
    call: Call<T>,
    context: CallContext,
    progress: Progress,
  ): Promise<T> {
    let next: Scheduled | undefined = first
    for (;;) {
      await this.#backoff(next, context.signal, progress)
      progress.retryCount++
      let outcome: Outcome<T>
      try {
        outcome = { value: await attempt(call, context, progress.retryCount) }
      } catch (error) {
        outcome = { error }
      }
      next = this.#next(outcome, context, progress)
      if (next === undefined) return standing(outcome)
    }
  }

  /** Decides what follows an outcome; undefined: nothing, it stands. */
  #next(outcome: Outcome, context: CallContext, progress: Progress): Scheduled | undefined {
    const failed = 'error' in outcome
    if (failed && context.signal?.aborted === true) return undefined
    const decision = this.#decide(outcome)
    if (decision === undefined) {
      if (failed) this.#reports.decision(retryReasonOf(outcome.error), 'not_retryable', 0)
      return undefined
    }
    const { reason } = decision
    const asked = isDelay(decision.retryAfterMs) ? decision.retryAfterMs : undefined
    const delayMs = retryDelayMs(this.#settings, progress.retryCount, this.#random, asked)
    const result = this.#judge(delayMs, asked, context, progress)
    if (asked !== undefined) this.#reports.asked(asked, result, progress)
    this.#reports.decision(reason, result, result === 'scheduled' ? delayMs : 0)
    if (result !== 'scheduled') return undefined
    this.#notify({ attempt: progress.retryCount + 1, delayMs, reason, outcome })
    return { delayMs, reason }
  }

  /** The budget comes last: what is not going to happen must not be paid for. */
  #judge(
    delayMs: number,
    asked: number | undefined,
    { deadlineMs }: CallContext,
    { retryCount }: Progress,
  ): RetryResult {
    const { maxRetries, retryAfterCapMs, budget } = this.#settings
    if (retryCount >= maxRetries) return 'exhausted'
    if (asked !== undefined && asked > retryAfterCapMs) return 'retry_after_over_cap'
    if (this.#clock.now() + delayMs >= deadlineMs) return 'deadline'
    if (budget?.withdraw() === false) return 'budget_exhausted'
    return 'scheduled'
  }

  async #backoff(
    { delayMs, reason }: Scheduled,
    signal: AbortSignal | undefined,
    progress: Progress,
  ): Promise<void> {
    const clock = this.#clock
    const startMs = clock.now()
    try {
      await clock.sleep(delayMs, signal)
      signal?.throwIfAborted()
    } catch (error) {
      const late = isPlimsollError(error, 'ERR_PLIMSOLL_DEADLINE')
      this.#reports.decision(reason, late ? 'deadline' : 'aborted', 0)
      throw error
    } finally {
      progress.retryDelayMs += clock.now() - startMs
    }
  }

  #notify(notice: RetryNotice): void {
    try {
      quieted(this.#onRetry?.(notice))
    } catch {
      // A hook observes; what it throws must not change what happens to the call.
    }
  }
}
