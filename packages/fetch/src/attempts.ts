import type { CallContext, Clock, Recorder, RetryTally } from '@plimsoll/policies'
import type { RetryReason } from '@plimsoll/semconv'
import { askedWait, type Reading } from './answer.ts'
import type { CallState } from './call-state.ts'
import type { HostState, Tried } from './hosts/host-state.ts'
import type { Target } from './target.ts'
import { retryReasonOfError, retryReasonOfStatus } from './verdict.ts'

interface Sending<Answer> {
  readonly call: CallState
  readonly clock: Clock
  readonly recorder: Recorder
  /** Absent when the URL could not be read. */
  readonly host: HostState | undefined
  readonly target: Target
  readonly reading: Reading<Answer>
  /** Sends the request once more, redirects included. */
  send(): Promise<Answer>
}

/** What came of one attempt. */
export type Attempted<Answer> = { readonly answer: Answer } | { readonly error: unknown }

/** Goes on with a call after its first attempt, and sends it again while its host's retry policy says so. */
export class Attempts<Answer> {
  readonly #sending: Sending<Answer>
  /** Whether the request may be sent a second time at all. */
  readonly #repeatable: boolean
  /** The answer that is given up when the request is sent again. */
  #last: Answer | undefined
  #asked: number | undefined
  /** What the retries took; known when `goOn` is over. */
  tally: RetryTally | undefined

  constructor(sending: Sending<Answer>) {
    this.#sending = sending
    const { host, target } = sending
    this.#repeatable = target.replayable && host?.retry?.methods.has(target.method) === true
  }

  async goOn(first: Attempted<Answer>): Promise<Answer> {
    const { call, host } = this.#sending
    const retry = host?.retry
    // A body that broke cannot be sent again, and is not the policy's to count.
    if (retry === undefined || ('error' in first && call.bodyBroke)) {
      if ('error' in first) throw first.error
      this.#ignore(this.#askedBy(first.answer))
      return first.answer
    }
    const { signal, deadlineAtMs } = call
    const context: Partial<CallContext> = { signal, deadlineMs: deadlineAtMs }
    const run = await retry.policy.resume(this.#outcome(first), () => this.#attempt(), context)
    const { retryCount, retryDelayMs, lastRetryAfterMs, lastAction } = run
    this.tally = { retryCount, retryDelayMs, lastRetryAfterMs, lastAction }
    if (!run.ok) throw run.error
    if (run.value.tag === 'error') throw run.value.error
    if (run.value.reason === undefined) this.#ignore(this.#asked)
    return run.value.answer
  }

  /** As the retry policy takes it: an error is a value of its own where it is worth another attempt. */
  #outcome(
    attempted: Attempted<Answer>,
  ): { readonly value: Tried<Answer> } | { readonly error: unknown } {
    if ('answer' in attempted) return { value: this.#tried(attempted.answer) }
    const { error } = attempted
    const reason = retryReasonOfError(error)
    // The policy itself notes what is not to be tried again.
    if (reason === undefined || !this.#repeatable) return { error }
    return { value: { tag: 'error', error, reason } }
  }

  async #attempt(): Promise<Tried<Answer>> {
    await this.#drop()
    this.#asked = undefined
    let attempted: Attempted<Answer>
    try {
      attempted = { answer: await this.#sending.send() }
    } catch (error) {
      attempted = { error }
    }
    const outcome = this.#outcome(attempted)
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  #tried(answer: Answer): Tried<Answer> {
    const { host, reading } = this.#sending
    this.#last = answer
    this.#asked = this.#askedBy(answer)
    const status = reading.status(answer)
    if (host?.retry?.statuses.has(status) !== true) return { tag: 'answer', answer }
    const reason = retryReasonOfStatus(status)
    if (!this.#repeatable) {
      this.#notRetryable(host, reason)
      return { tag: 'answer', answer }
    }
    return { tag: 'answer', answer, reason, retryAfterMs: this.#asked }
  }

  async #drop(): Promise<void> {
    if (this.#last !== undefined) await this.#sending.reading.giveUp(this.#last)
    this.#last = undefined
  }

  #notRetryable(host: HostState, reason: RetryReason): void {
    this.#sending.recorder.record({
      kind: 'retry',
      subject: host.subject,
      reason,
      result: 'not_retryable',
      delayS: 0,
    })
  }

  /** A wait that the server asked for, where nothing is sent again. */
  #ignore(askedMs: number | undefined): void {
    const { host, recorder } = this.#sending
    if (askedMs === undefined || host === undefined) return
    const action = 'ignored'
    recorder.record({
      kind: 'retry_after',
      subject: host.subject,
      durationS: askedMs / 1_000,
      action,
    })
    const { retryCount = 0, retryDelayMs = 0 } = this.tally ?? {}
    this.tally = { retryCount, retryDelayMs, lastRetryAfterMs: askedMs, lastAction: action }
  }

  #askedBy(answer: Answer): number | undefined {
    const { clock, reading } = this.#sending
    if (reading.status(answer) < 400) return undefined
    return askedWait(reading, answer, clock)
  }
}
