import type {
  AttemptRecord,
  CircuitBreaker,
  Permit,
  PlimsollError,
  TimeLine,
  Verdict,
} from '@plimsoll/policies'
import type { BreakerRecorded, BreakerState } from '@plimsoll/semconv'
import type { OpenSpan, TraceHeaders, Tracing } from '@plimsoll/telemetry'
import type { Dispatcher } from 'undici'
import { stricter, type CallState } from '../call-state.ts'
import type { HostState } from '../hosts/host-state.ts'
import { hasBroken } from '../own-body.ts'
import { shownUrl, type RedactOptions } from '../url.ts'
import { shownMethod } from '../verdict.ts'
import { ExchangeHandler, type WatchDeps } from './exchange-handler.ts'
import { HOP } from './hop.ts'
import { originOf, type Dispatch, type HopOptions } from './options.ts'
import { refuse } from './refusal.ts'
import { circuitOpen, GaveUp, timedOut, tooLate } from './refusals.ts'
import type { TimeLines } from './time-lines.ts'
import { withHeaders } from './trace-headers.ts'

/** What every exchange needs of its surroundings. */
export interface ExchangeDeps extends WatchDeps {
  readonly timeLines: TimeLines
  readonly tracing: Tracing
  /** The host of an origin. */
  readonly hostOf: (origin: string) => HostState
  readonly redact: RedactOptions
}

/** The call that an exchange belongs to. */
export interface ExchangingCall extends CallState {
  /** Whom the call asks first, which is whom most exchanges ask. */
  readonly origin: string | undefined
  readonly host: HostState | undefined
  /** Whether anybody would hear of its spans. */
  readonly traced: boolean
  /** The exchange that the call waits for. */
  exchange: ExchangeHandler | undefined
  /** The body of its request. */
  readonly body: unknown
}

/**
 * One exchange: takes a request through breaker (source, then host), limiter, attempt span and time limit to the network,
 * and reports how that went. It stands below the cache, so that an answer from the cache asks none of them, and below the
 * platform's redirects, so that each hop passes the policies of its own host.
 */
export class Exchange extends ExchangeHandler {
  readonly #deps: ExchangeDeps
  readonly #dispatch: Dispatch
  readonly #options: HopOptions
  readonly #call: ExchangingCall
  /** Whether the call has its answer already, and this renews the cache. */
  readonly #background: boolean
  #ofSource: Permit | undefined = undefined
  #ofHost: Permit | undefined = undefined
  /** The strictest state in which a breaker let it pass; undefined without a breaker. */
  #breakerState: BreakerState | undefined = undefined
  #span: OpenSpan<AttemptRecord> | undefined = undefined
  #line: TimeLine | undefined = undefined
  #startMs = 0

  constructor(
    deps: ExchangeDeps,
    dispatch: Dispatch,
    options: HopOptions,
    handler: Dispatcher.DispatchHandler,
    call: ExchangingCall,
  ) {
    const origin = originOf(options)
    const host = origin === call.origin && call.host !== undefined ? call.host : deps.hostOf(origin)
    const background = options[HOP]?.responded === true
    super(deps, host, options.method, handler, background ? undefined : call.signal)
    this.#deps = deps
    this.#dispatch = dispatch
    this.#options = options
    this.#call = call
    this.#background = background
  }

  begin(): void {
    if (!this.#background && !this.#admits(this.#call.sourceBreaker, 'source')) return
    if (!this.#admits(this.host.breaker, 'host')) return
    if (this.host.limiter === undefined || this.#goesAtOnce()) this.#send()
    else this.#wait()
  }

  /** Asks a breaker; when it says no, ends the exchange. */
  #admits(breaker: CircuitBreaker | undefined, of: 'source' | 'host'): boolean {
    if (breaker === undefined) return true
    const answer = breaker.admit()
    if (answer.admitted) {
      if (of === 'host') this.#ofHost = answer
      else this.#ofSource = answer
      this.#breakerState = stricter(this.#breakerState, answer.state)
      return true
    }
    // Who was asked before has a place to give back.
    this.#tellBreakers('ignored', undefined)
    this.#note(stricter(this.#breakerState, answer.state), 'not_permitted')
    const error = circuitOpen(this.host.subject, answer.retryAfterMs)
    queueMicrotask(() => refuse(this.handler, error))
    return false
  }

  /** What most requests do, without a promise. */
  #goesAtOnce(): boolean {
    if (this.signal?.aborted === true) return false
    if (this.#deadlineAtMs() <= this.#deps.clock.now()) return false
    const { role } = this.#call
    const { limiter, subject } = this.host
    const own = role === this.host.role ? undefined : { subject: { ...subject, role } }
    return limiter?.acquireNow(own) === true
  }

  #wait(): void {
    const { signal, handler } = this
    const { limiter, subject } = this.host
    const { role } = this.#call
    const deadlineMs = this.#deadlineAtMs()
    const probe = this.method === 'HEAD'
    limiter?.acquire({ signal, deadlineMs, probe, subject: { ...subject, role } }).then(
      ({ delayMs }) => {
        if (!this.#background) this.#call.rateDelayMs += delayMs
        this.#send()
      },
      (error: unknown) => {
        this.#note(this.#breakerState, this.#tellBreakers('ignored', undefined))
        // undici takes a reason like null for no error at all.
        refuse(handler, error instanceof Error ? error : new GaveUp(error))
      },
    )
  }

  #send(): void {
    const { clock, tracing, timeLines } = this.#deps
    const { timeoutMs } = this.host
    const resendCount = this.#background ? 0 : this.#call.exchanges++
    if (!this.#background) this.#call.exchange = this
    if (this.#call.traced) this.#span = this.#spanOf(resendCount)
    this.#startMs = clock.now()
    const timeoutAtMs = this.#startMs + timeoutMs
    const deadlineAtMs = this.#deadlineAtMs()
    // Each in the line of its own kind, where they come in the order in which they end.
    this.#line = timeLines.of(timeoutAtMs <= deadlineAtMs ? timeoutMs : this.#call.deadlineMs)
    this.#line.begin(this, Math.min(timeoutAtMs, deadlineAtMs))
    try {
      if (this.#span === undefined) this.#leave(tracing.headers())
      else this.#leaveWithin(this.#span)
    } catch (error) {
      this.fail(error)
    }
  }

  #spanOf(resendCount: number): OpenSpan<AttemptRecord> {
    const { redact, tracing } = this.#deps
    const { path, origin } = this.#options
    const { address, port } = this.host.subject
    const urlFull = shownUrl(path, redact, origin)
    return tracing.startAttempt({ method: this.method, address, port, urlFull, resendCount })
  }

  #leaveWithin(span: OpenSpan<AttemptRecord>): void {
    span.run(() => this.#leave(span.headers()))
  }

  #leave(extra: TraceHeaders | undefined): void {
    this.#dispatch(withHeaders(this.#options, extra), this)
  }

  #deadlineAtMs(): number {
    return this.#background ? Infinity : this.#call.deadlineAtMs
  }

  protected override blamesBody(): boolean {
    if (this.#background) return false
    // Known now and not later: whoever hears of any failure destroys the body with it.
    this.#call.bodyBroke = hasBroken(this.#call.body)
    return this.#call.bodyBroke
  }

  /** What ended first: its own time, or that of the whole call. */
  protected override expiry(): { readonly error: PlimsollError; readonly blame: boolean } {
    const { timeoutMs } = this.host
    const leftMs = this.#deadlineAtMs() - this.#startMs
    if (timeoutMs <= leftMs) return { error: timedOut(timeoutMs), blame: true }
    const { deadlineMs } = this.#call
    // A host is not to blame for the waits and retries that ate most of the time before it was asked.
    return { error: tooLate(deadlineMs), blame: leftMs * 2 >= deadlineMs }
  }

  protected override settled(
    status: number | undefined,
    errorType: string | undefined,
    verdict: Verdict,
    retryAfterMs: number | undefined,
  ): void {
    const { clock, recorder } = this.#deps
    this.#line?.end(this)
    this.#note(this.#breakerState, this.#tellBreakers(verdict, retryAfterMs))
    const record: AttemptRecord = {
      kind: 'attempt',
      subject: this.host.subject,
      method: shownMethod(this.method),
      status,
      errorType,
      durationS: (clock.now() - this.#startMs) / 1_000,
    }
    recorder.record(record)
    this.#span?.end(record)
  }

  /** Tells the breakers that let it pass; hands back what the last of them made of it, which is the host's. */
  #tellBreakers(verdict: Verdict, retryAfterMs: number | undefined): BreakerRecorded | undefined {
    const detail = retryAfterMs === undefined ? undefined : { retryAfterMs }
    const ofSource = this.#ofSource?.record(verdict, detail)
    return this.#ofHost?.record(verdict, detail) ?? ofSource
  }

  #note(state: BreakerState | undefined, recorded: BreakerRecorded | undefined): void {
    if (this.#background) return
    this.#call.breakerState = state
    this.#call.breakerRecorded = recorded
  }
}
