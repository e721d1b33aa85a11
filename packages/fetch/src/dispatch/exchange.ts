import {
  isPlimsollError,
  PlimsollError,
  type Clock,
  type Recorder,
  type Subject,
} from '@plimsoll/policies'
import type { BreakerRecorded, BreakerState } from '@plimsoll/semconv'
import type { Tracing } from '@plimsoll/telemetry'
import type { Dispatcher } from 'undici'
import { CALL, stricter, type CallState } from '../call-state.ts'
import type { HostState } from '../hosts/host-registry.ts'
import { shownUrl, type RedactOptions } from '../url.ts'
import { ExchangeHandler } from './exchange-handler.ts'
import { HOP } from './hop.ts'
import { originOf, type Dispatch, type HopOptions, type Interceptor } from './options.ts'
import { Permits } from './permits.ts'
import { refuse } from './refusal.ts'

/** What every exchange needs of its surroundings. */
export interface ExchangeDeps {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly tracing: Tracing
  /** The host of an origin. */
  readonly hostOf: (origin: string) => HostState
  readonly redact: RedactOptions
  readonly verifyDigests: boolean
}

/**
 * Takes each exchange through breaker (source, then host), limiter, attempt span and time limit. It stands below the
 * cache, so that an answer from the cache asks none of them, and below the platform's redirects, so that each hop passes
 * the policies of its own host.
 */
export function exchangeInterceptor(deps: ExchangeDeps): Interceptor {
  return (dispatch) => (options, handler) => {
    const call = options[CALL]
    if (call === undefined) return dispatch(options, handler)
    new Exchange(deps, dispatch, options, handler, call).begin()
    return true
  }
}

class Exchange {
  readonly #deps: ExchangeDeps
  readonly #dispatch: Dispatch
  readonly #options: HopOptions
  readonly #handler: Dispatcher.DispatchHandler
  readonly #call: CallState
  readonly #host: HostState
  /** Whether the call has its answer already, and this renews the cache. */
  readonly #background: boolean

  constructor(
    deps: ExchangeDeps,
    dispatch: Dispatch,
    options: HopOptions,
    handler: Dispatcher.DispatchHandler,
    call: CallState,
  ) {
    this.#deps = deps
    this.#dispatch = dispatch
    this.#options = options
    this.#handler = handler
    this.#call = call
    this.#host = deps.hostOf(originOf(options))
    this.#background = options[HOP]?.responded === true
  }

  begin(): void {
    const permits = this.#admit()
    if (permits === undefined) return
    const { limiter, subject } = this.#host
    if (limiter === undefined) {
      this.#send(permits)
      return
    }
    const { signal, deadlineAtMs, role } = this.#call
    const waiting = this.#background ? {} : { signal, deadlineMs: deadlineAtMs }
    const probe = this.#options.method === 'HEAD'
    limiter.acquire({ ...waiting, probe, subject: { ...subject, role } }).then(
      ({ delayMs }) => {
        if (!this.#background) this.#call.rateDelayMs += delayMs
        this.#send(permits)
      },
      (error: unknown) => {
        this.#note(permits.state, permits.record('ignored'))
        refuse(this.#handler, error)
      },
    )
  }

  /** Asks the breakers; when one says no, ends the exchange and hands back nothing. */
  #admit(): Permits | undefined {
    const permits = new Permits()
    const breakers = [this.#background ? undefined : this.#call.sourceBreaker, this.#host.breaker]
    for (const breaker of breakers) {
      const refusal = breaker === undefined ? undefined : permits.ask(breaker)
      if (refusal === undefined) continue
      // Who was asked before has a place to give back.
      permits.record('ignored')
      this.#note(stricter(permits.state, refusal.state), 'not_permitted')
      const error = circuitOpen(this.#host.subject, refusal.retryAfterMs)
      queueMicrotask(() => refuse(this.#handler, error))
      return undefined
    }
    return permits
  }

  #send(permits: Permits): void {
    const deps = this.#deps
    const call = this.#call
    const { method, path, origin } = this.#options
    const { subject } = this.#host
    const resendCount = this.#background ? 0 : call.exchanges++
    if (!this.#background) call.lastSubject = subject
    const span = deps.tracing.startAttempt({
      method,
      address: subject.address,
      port: subject.port,
      urlFull: shownUrl(path, deps.redact, origin),
      resendCount,
    })
    const handler = new ExchangeHandler({
      clock: deps.clock,
      recorder: deps.recorder,
      host: this.#host,
      handler: this.#handler,
      method,
      signal: this.#background ? undefined : call.signal,
      limit: this.#limit(),
      verifyDigests: deps.verifyDigests,
      settled: (record, verdict, retryAfterMs) => {
        const detail = retryAfterMs === undefined ? undefined : { retryAfterMs }
        this.#note(permits.state, permits.record(verdict, detail))
        deps.recorder.record(record)
        span.end(record)
      },
    })
    try {
      span.run(() => this.#dispatch(withHeaders(this.#options, span.headers()), handler))
    } catch (error) {
      handler.fail(error)
    }
  }

  /** What ends the exchange first: its own time limit, or the end of the whole call. */
  #limit(): {
    readonly afterMs: number
    readonly error: () => PlimsollError
    readonly blame: boolean
  } {
    const { timeoutMs } = this.#host
    const leftMs = this.#leftMs()
    if (timeoutMs <= leftMs) {
      return { afterMs: timeoutMs, error: () => timedOut(timeoutMs), blame: true }
    }
    const { deadlineMs } = this.#call
    // A host is not to blame for the waits and retries that ate most of the time before it was asked.
    return { afterMs: leftMs, error: () => tooLate(deadlineMs), blame: leftMs * 2 >= deadlineMs }
  }

  #leftMs(): number {
    if (this.#background || this.#call.deadlineAtMs === Infinity) return Infinity
    return Math.max(0, this.#call.deadlineAtMs - this.#deps.clock.now())
  }

  #note(state: BreakerState | undefined, recorded: BreakerRecorded | undefined): void {
    if (this.#background) return
    this.#call.breakerState = state
    this.#call.breakerRecorded = recorded
  }
}

function circuitOpen(subject: Subject, retryAfterMs: number): PlimsollError {
  return new PlimsollError(
    'ERR_PLIMSOLL_CIRCUIT_OPEN',
    `the circuit breaker of ${subject.address ?? 'the host'} is open for ${Math.ceil(retryAfterMs)} ms: nothing was sent`,
    { retryAfterMs },
  )
}

function timedOut(timeoutMs: number): PlimsollError {
  return new PlimsollError(
    'ERR_PLIMSOLL_TIMEOUT',
    `no response headers within timeoutMs (${timeoutMs} ms); the attempt was cancelled`,
  )
}

function tooLate(deadlineMs: number): PlimsollError {
  return new PlimsollError(
    'ERR_PLIMSOLL_DEADLINE',
    `no response headers within deadlineMs (${deadlineMs} ms) of the call; it was cancelled`,
  )
}

/** Whether an error is a refusal or a time limit of ours, which the program gets as it is. */
export function isOurs(error: unknown): error is PlimsollError {
  return (
    isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_RATE_LIMITED') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_TIMEOUT') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_DEADLINE')
  )
}

/** The request with the fields by which its trace goes on; what the program itself set stays. */
function withHeaders(options: HopOptions, extra: { readonly [name: string]: string }): HopOptions {
  const names = Object.keys(extra)
  if (names.length === 0) return options
  const own = options.headers
  if (Array.isArray(own)) return { ...options, headers: [...own, ...Object.entries(extra).flat()] }
  const given = (own ?? {}) as { readonly [name: string]: string }
  const taken = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  const added = Object.entries(extra).filter(([name]) => !taken.has(name.toLowerCase()))
  return { ...options, headers: { ...given, ...Object.fromEntries(added) } }
}
