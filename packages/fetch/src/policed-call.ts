import type { RetryTally, Subject } from '@plimsoll/policies'
import type { Dispatcher } from 'undici'
import type { Reading } from './answer.ts'
import { Attempts } from './attempts.ts'
import type { CallOptions } from './call-options.ts'
import {
  cacheRecord,
  callRecord,
  isIntegrityMismatch,
  subjectOf,
  type Ending,
} from './call-record.ts'
import { callState, type CallState } from './call-state.ts'
import type { HostState } from './hosts/host-registry.ts'
import type { Surroundings } from './surroundings.ts'
import type { Target } from './target.ts'

/** How one call is made. */
export interface Asking<Answer> {
  readonly reading: Reading<Answer>
  /** Where the caller wants it to go, if it says so. */
  readonly base: Dispatcher | undefined
  /** Sends it once, through `dispatcher`. */
  readonly send: (dispatcher: object) => Promise<Answer>
}

/** One call: from the program's `fetch()` or `request()` to the headers of its answer. */
export class PolicedCall<Answer> {
  readonly #around: Surroundings
  readonly #ask: () => Asking<Answer>
  readonly #target: Target
  readonly #host: HostState | undefined
  readonly #call: CallState
  readonly #subject: Subject
  readonly #startMs: number
  readonly #cached: boolean
  #tally: RetryTally | undefined

  constructor(
    around: Surroundings,
    ask: () => Asking<Answer>,
    target: Target,
    { role, breaker }: CallOptions,
  ) {
    this.#around = around
    this.#ask = ask
    this.#target = target
    this.#host = target.url === undefined ? undefined : around.hostOf(target.url.origin)
    this.#startMs = around.clock.now()
    const deadlineMs = this.#host?.deadlineMs ?? Infinity
    const ownRole = role ?? this.#host?.role
    this.#call = callState({
      role: ownRole,
      signal: target.signal,
      deadlineMs,
      deadlineAtMs: this.#startMs + deadlineMs,
      sourceBreaker: breaker,
      noStore: target.noStore,
    })
    this.#subject = subjectOf(target, ownRole)
    this.#cached = around.cacheOn && (around.cacheRoles?.has(ownRole ?? '') ?? true)
  }

  async run(): Promise<Answer> {
    const { recorder, tracing } = this.#around
    recorder.record({ kind: 'call_start' })
    const { address, port, role } = this.#subject
    const span = tracing.startCall({ method: this.#target.method, address, port, role })
    let ending: Ending | undefined
    try {
      const { answer, status } = await span.run(() => this.#send())
      ending = { response: { status } }
      return answer
    } catch (error) {
      ending = { error }
      throw error
    } finally {
      if (ending !== undefined) span.end(this.#report(ending))
    }
  }

  async #send(): Promise<{ readonly answer: Answer; readonly status: number }> {
    const around = this.#around
    const { reading, base, send } = this.#ask()
    const dispatcher = around.stack.of(this.#call, this.#cached, base)
    const attempts = new Attempts({
      call: this.#call,
      clock: around.clock,
      recorder: around.recorder,
      host: this.#host,
      target: this.#target,
      reading,
      send: () => send(dispatcher),
    })
    try {
      const answer = await attempts.run()
      return { answer, status: reading.status(answer) }
    } finally {
      this.#tally = attempts.tally
    }
  }

  #report(ending: Ending): ReturnType<typeof callRecord> {
    const { clock, hash, recorder } = this.#around
    const { url, method } = this.#target
    const durationMs = clock.now() - this.#startMs
    const call = this.#call
    const record = callRecord(call, {
      subject: this.#subject,
      method,
      ending,
      url,
      hash,
      tally: this.#tally,
      durationMs,
    })
    if ('error' in ending && isIntegrityMismatch(ending.error)) {
      recorder.record({ kind: 'corruption', subject: this.#subject, reason: 'digest' })
    }
    const cache = cacheRecord(call, this.#subject)
    if (cache !== undefined) recorder.record(cache)
    recorder.record(record)
    return record
  }
}
