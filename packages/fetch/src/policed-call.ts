import type {
  CallRecord,
  CallStartRecord,
  CircuitBreaker,
  RetryTally,
  Subject,
} from '@plimsoll/policies'
import type { BreakerRecorded, BreakerState, CacheResult } from '@plimsoll/semconv'
import type { OpenSpan } from '@plimsoll/telemetry'
import type { Dispatcher } from 'undici'
import type { Reading } from './answer.ts'
import { Attempts, type Attempted } from './attempts.ts'
import type { CallOptions } from './call-options.ts'
import { cacheRecord, callRecord, isIntegrityMismatch, type Ending } from './call-record.ts'
import type { ExchangeHandler } from './dispatch/exchange-handler.ts'
import { GaveUp, isOurs } from './dispatch/refusals.ts'
import type { StackedCall } from './dispatch/stack.ts'
import type { HostState } from './hosts/host-state.ts'
import type { Surroundings } from './surroundings.ts'
import type { PolicedTarget } from './lazy-url.ts'

const CALL_START: CallStartRecord = Object.freeze({ kind: 'call_start' })

/**
 * One call: from the program's `fetch()` or `request()` to the headers of its answer. It is the dispatcher of its own
 * requests, so that what is below fetch knows whose they are. The first attempt takes no more than it must; what only
 * some calls need comes when it is needed.
 */
export abstract class PolicedCall<Answer> implements StackedCall {
  readonly target: PolicedTarget
  readonly host: HostState | undefined
  readonly origin: string | undefined
  readonly role: string | undefined
  readonly sourceBreaker: CircuitBreaker | undefined
  readonly cached: boolean
  readonly deadlineAtMs: number
  base: Dispatcher | undefined = undefined
  exchange: ExchangeHandler | undefined = undefined
  exchanges = 0
  rateDelayMs = 0
  bodyBroke = false
  cache: CacheResult | undefined = undefined
  breakerState: BreakerState | undefined = undefined
  breakerRecorded: BreakerRecorded | undefined = undefined
  protected readonly around: Surroundings
  protected abstract readonly reading: Reading<Answer>
  /** As its records name it. */
  readonly subject: Subject
  /** Whether anybody would hear of its spans. */
  readonly traced: boolean
  readonly #startMs: number
  #span: OpenSpan<CallRecord> | undefined = undefined

  constructor(around: Surroundings, target: PolicedTarget, { role, breaker }: CallOptions) {
    const { host } = target
    this.around = around
    this.target = target
    this.origin = target.origin
    this.host = host
    this.role = role ?? host?.role
    this.sourceBreaker = breaker
    this.cached = around.cacheOn && (around.cacheRoles?.has(this.role ?? '') ?? true)
    this.subject = subjectOf(host, this.role)
    this.traced = around.tracing.heard()
    this.#startMs = around.clock.now()
    this.deadlineAtMs = this.#startMs + (host?.deadlineMs ?? Infinity)
  }

  get signal(): AbortSignal | undefined {
    return this.target.signal
  }

  get method(): string {
    return this.target.method
  }

  get asked(): string | URL | undefined {
    return this.target.asked
  }

  get noStore(): boolean {
    return this.target.noStore
  }

  get deadlineMs(): number {
    return this.host?.deadlineMs ?? Infinity
  }

  /** The body of the request, as it was handed on. */
  abstract get body(): unknown

  /** Sends the request once, redirects included. */
  protected abstract send(): Promise<Answer>

  dispatch(options: Dispatcher.DispatchOptions, handler: object): boolean {
    return this.around.stack(this, options, handler)
  }

  run(): Promise<Answer> {
    this.around.recorder.record(CALL_START)
    this.host?.retry?.policy.begin()
    return this.#begun().then(
      (answer) => this.#answered(answer),
      (error: unknown) => this.#failed(errorOf(error)),
    )
  }

  #begun(): Promise<Answer> {
    try {
      if (!this.traced) return this.send()
      const { address, port, role } = this.subject
      const { method } = this
      this.#span = this.around.tracing.startCall({ method, address, port, role })
      return this.#span.run(() => this.send())
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #answered(answer: Answer): Answer | Promise<Answer> {
    const status = this.reading.status(answer)
    if (status < 400 && this.host?.retry?.statuses.has(status) !== true) {
      this.#end({ status }, undefined)
      return answer
    }
    return this.#goOn({ answer })
  }

  #failed(error: unknown): Promise<Answer> {
    const { signal } = this
    // The platform rejects at once when it is aborted, and tells its HTTP client later, if at all.
    if (signal?.aborted === true) this.exchange?.abandon()
    return this.#goOn({ error })
  }

  /** What follows an attempt that was not simply good. */
  async #goOn(first: Attempted<Answer>): Promise<Answer> {
    const attempts = new Attempts({
      call: this,
      clock: this.around.clock,
      recorder: this.around.recorder,
      host: this.host,
      target: this.target,
      reading: this.reading,
      send: () => this.#sendAgain(),
    })
    const run = (): Promise<Answer> => attempts.goOn(first)
    try {
      const answer = await (this.#span?.run(run) ?? run())
      this.#end({ status: this.reading.status(answer) }, attempts.tally)
      return answer
    } catch (error) {
      this.#end({ error }, attempts.tally)
      throw error
    }
  }

  async #sendAgain(): Promise<Answer> {
    try {
      return await this.send()
    } catch (error) {
      if (this.signal?.aborted === true) this.exchange?.abandon()
      throw errorOf(error)
    }
  }

  #end(ending: Ending, tally: RetryTally | undefined): void {
    const { clock, hash, recorder } = this.around
    const { subject } = this
    const record = callRecord(this, ending, clock.now() - this.#startMs, hash, tally)
    if ('error' in ending && isIntegrityMismatch(ending.error)) {
      recorder.record({ kind: 'corruption', subject, reason: 'digest' })
    }
    const cache = cacheRecord(this, subject)
    if (cache !== undefined) recorder.record(cache)
    recorder.record(record)
    this.#span?.end(record)
  }
}

/** Whom a call asks, as its records name it. */
function subjectOf(host: HostState | undefined, role: string | undefined): Subject {
  if (host === undefined) return { role }
  return role === host.role ? host.asked : { ...host.subject, role }
}

/** The platform wraps whatever comes from below; what is ours, or its own, the program gets as it is. */
function errorOf(error: unknown): unknown {
  if (error instanceof GaveUp) return error.reason
  const cause = error instanceof TypeError ? error.cause : undefined
  return isOurs(cause) ? cause : error
}
