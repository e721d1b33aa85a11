import type { CallContext, Clock, Recorder, RetryTally } from '@plimsoll/policies'
import type { RetryReason } from '@plimsoll/semconv'
import type { CallState } from './call-state.ts'
import { isOurs } from './dispatch/exchange.ts'
import type { HostState, Tried } from './hosts/host-registry.ts'
import { parseRetryAfter } from './retry-after.ts'
import type { Target } from './target.ts'
import { retryReasonOfError, retryReasonOfStatus } from './verdict.ts'

interface Sending {
  readonly call: CallState
  readonly clock: Clock
  readonly recorder: Recorder
  /** Absent when the URL could not be read. */
  readonly host: HostState | undefined
  readonly target: Target
  /** Sends the request once, redirects included. */
  send(): Promise<Response>
}

/** Sends a call, and again while its host's retry policy says so. */
export class Attempts {
  readonly #sending: Sending
  /** Whether the request may be sent a second time at all. */
  readonly #repeatable: boolean
  /** The answer that is given up when the request is sent again. */
  #last: Response | undefined
  #asked: number | undefined
  /** What the retries took; known when `run` is over. */
  tally: RetryTally | undefined

  constructor(sending: Sending) {
    this.#sending = sending
    const { host, target } = sending
    this.#repeatable = target.replayable && host?.retry?.methods.has(target.method) === true
  }

  async run(): Promise<Response> {
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
    return run.value.response
  }

  async #once(): Promise<Response> {
    const response = await this.#sendOnce()
    this.#ignore(askedBy(response, this.#sending.clock))
    return response
  }

  async #attempt(): Promise<Tried> {
    await this.#drop()
    this.#asked = undefined
    let response: Response
    try {
      response = await this.#sendOnce()
    } catch (error) {
      const reason = retryReasonOfError(error)
      // The policy itself notes what is not to be tried again.
      if (reason === undefined || !this.#repeatable) throw error
      return { tag: 'error', error, reason }
    }
    const { host, clock } = this.#sending
    this.#last = response
    this.#asked = askedBy(response, clock)
    if (host?.retry?.statuses.has(response.status) !== true) return { tag: 'response', response }
    const reason = retryReasonOfStatus(response.status)
    if (!this.#repeatable) {
      this.#notRetryable(host, reason)
      return { tag: 'response', response }
    }
    return { tag: 'response', response, reason, retryAfterMs: this.#asked }
  }

  /** Lets go of the connection, or of what was received, of an answer that nobody will read. */
  async #drop(): Promise<void> {
    try {
      await this.#last?.body?.cancel()
    } catch {
      // It broke off by itself meanwhile, which comes to the same.
    }
    this.#last = undefined
  }

  async #sendOnce(): Promise<Response> {
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
}

function askedBy(response: Response, clock: Clock): number | undefined {
  if (response.status < 400) return undefined
  const { headers } = response
  const date = headers.get('date') ?? undefined
  return parseRetryAfter(headers.get('retry-after') ?? undefined, clock.epoch(), date)
}
