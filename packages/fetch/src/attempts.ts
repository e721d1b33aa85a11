import type { CallContext, Clock, Recorder, RetryTally } from '@plimsoll/policies'
import type { RetryReason } from '@plimsoll/semconv'
import type { Reading } from './answer.ts'
import type { CallState } from './call-state.ts'
import { isOurs } from './dispatch/exchange.ts'
import type { HostState, Tried } from './hosts/host-registry.ts'
import { parseRetryAfter } from './retry-after.ts'
import type { Target } from './target.ts'
import { retryReasonOfError, retryReasonOfStatus } from './verdict.ts'

interface Sending<Answer> {
  readonly call: CallState
  readonly clock: Clock
  readonly recorder: Recorder
  /** Absent when the URL could not be read. */
  readonly host: HostState | undefined
  readonly target: Target
  /** Sends the request once, redirects included. */
  send(): Promise<Answer>
  readonly reading: Reading<Answer>
}

/** Sends a call, and again while its host's retry policy says so. */
export class Attempts<Answer> {
  readonly #sending: Sending<Answer>
  /** Whether the request may be sent a second time at all. */
  readonly #repeatable: boolean
  /** The answer that is given up when the request is sent again. */
  #last: Answer | undefined
  #asked: number | undefined
  /** What the retries took; known when `run` is over. */
  tally: RetryTally | undefined

  constructor(sending: Sending<Answer>) {
    this.#sending = sending
    const { host, target } = sending
    this.#repeatable = target.replayable && host?.retry?.methods.has(target.method) === true
  }

  async run(): Promise<Answer> {
    const { call, host } = this.#sending
    const retry = host?.retry
    if (retry === undefined) return this.#once()
    const { signal, deadlineAtMs } = call
    const context: Partial<CallContext> = { signal, deadlineMs: deadlineAtMs }
    const run = await retry.policy.runDetailed(() => this.#attempt(), context)
    const { retryCount, retryDelayMs, lastRetryAfterMs, lastAction } = run
    this.tally = { retryCount, retryDelayMs, lastRetryAfterMs, lastAction }
    if (!run.ok) throw run.error
    if (run.value.tag === 'error') throw run.value.error
    if (run.value.reason === undefined) this.#ignore(this.#asked)
    return run.value.answer
  }

  async #once(): Promise<Answer> {
    const answer = await this.#sendOnce()
    this.#ignore(this.#askedBy(answer))
    return answer
  }

  async #attempt(): Promise<Tried<Answer>> {
    await this.#drop()
    this.#asked = undefined
    let answer: Answer
    try {
      answer = await this.#sendOnce()
    } catch (error) {
      const reason = retryReasonOfError(error)
      // The policy itself notes what is not to be tried again.
      if (reason === undefined || !this.#repeatable) throw error
      return { tag: 'error', error, reason }
    }
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

  async #sendOnce(): Promise<Answer> {
    try {
      return await this.#sending.send()
    } catch (error) {
      // The platform wraps whatever comes from below; what is ours the program gets as it is.
      const cause = error instanceof TypeError ? error.cause : undefined
      throw isOurs(cause) ? cause : error
    }
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
    const date = reading.field(answer, 'date')
    return parseRetryAfter(reading.field(answer, 'retry-after'), clock.epoch(), date)
  }
}
