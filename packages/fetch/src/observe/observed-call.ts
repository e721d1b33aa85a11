import {
  errorTypeOf,
  type AttemptRecord,
  type CallRecord,
  type Clock,
  type Recorder,
  type Subject,
} from '@plimsoll/policies'
import type { OpenSpan, Tracing } from '@plimsoll/telemetry'
import { callRecord, type Ending, type MeasuredState } from '../call-record.ts'
import { hostOf, shownUrl, urlAt, type RedactOptions } from '../url.ts'
import { errorTypeOfAbort, errorTypeOfStatus, shownMethod } from '../verdict.ts'
import { Exchange } from './exchange.ts'
import { textOf, type RequestLine } from './expected.ts'
import { ownRequests, type Follower } from './registry.ts'

export interface ObserveDeps {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly tracing: Tracing
  readonly redact: RedactOptions
  readonly hash: (url: URL | string) => string
}

/** What a watched call asks for. */
export interface WatchedTarget {
  readonly method: string
  readonly signal: AbortSignal | undefined
  /** Where the URL need not be read: its origin, which the text begins with; the rest of that is the path. */
  readonly origin: string | undefined
  /** The text of the URL where `origin` is known; else the URL, as far as it can be read. */
  readonly asked: string | URL | undefined
}

/** Whom a call asks. Both are members of its own: what a program adds to `Object.prototype` is none of them. */
export interface AskedHost {
  readonly address: string | undefined
  readonly port: number | undefined
}

export const NOBODY: AskedHost = Object.freeze({ address: undefined, port: undefined })

const CALL_START = Object.freeze({ kind: 'call_start' } as const)
const registry = ownRequests()

/** A call that is watched and not touched, with its span. It begins when it is made. */
export class ObservedCall implements Follower, MeasuredState {
  exchanges = 0
  readonly bodyBroke = false
  readonly rateDelayMs = 0
  readonly cache = undefined
  readonly breakerState = undefined
  readonly breakerRecorded = undefined
  readonly signal: AbortSignal | undefined
  /** As its records name it. */
  readonly subject: Subject
  readonly #deps: ObserveDeps
  readonly #origin: string | undefined
  readonly asked: string | URL | undefined
  readonly method: string
  /** Whom it asks, without what for. */
  readonly #host: AskedHost
  readonly #startMs: number
  /** Whether anybody would hear of its spans. */
  readonly #traced: boolean
  #span: OpenSpan<CallRecord> | undefined = undefined
  /** The exchange under way; the next begins when it is over. */
  #open: Exchange | undefined = undefined
  #isOver = false

  constructor(deps: ObserveDeps, target: WatchedTarget, host: AskedHost, role: string | undefined) {
    const { address, port } = host
    deps.recorder.record(CALL_START)
    this.#deps = deps
    // Not the target itself, which holds the body: a connection keeps the context, and so the call, in which it was made.
    this.#origin = target.origin
    this.asked = target.asked
    this.method = target.method
    this.signal = target.signal
    this.#host = host
    // The role too is its own, though it be none: an inherited one would become a label.
    this.subject = { address, port, role }
    this.#startMs = deps.clock.now()
    this.#traced = deps.tracing.heard()
    if (this.#traced) {
      this.#span = deps.tracing.startCall({ method: this.method, address, port, role })
    }
  }

  get isFresh(): boolean {
    return !this.#isOver && this.exchanges === 0
  }

  get isBetween(): boolean {
    return !this.#isOver && this.exchanges > 0 && this.#open === undefined
  }

  get line(): string | undefined {
    const asked = this.asked
    if (typeof asked === 'string') return `${this.method} ${asked}`
    if (asked === undefined) return undefined
    return textOf({
      method: this.method,
      origin: asked.origin,
      path: asked.pathname + asked.search,
    })
  }

  awaits({ method, origin, path }: RequestLine): boolean {
    return this.isFresh && method === this.method && this.#isAt(String(origin), path)
  }

  /** Runs `fn` with the span as the active one. */
  run<T>(fn: () => T): T {
    return this.#span === undefined ? fn() : this.#span.run(fn)
  }

  /** An exchange begins: the first, or after a redirect. */
  begin(origin: string | URL, path: string, method: string): Exchange {
    const from = String(origin)
    if (this.#isAt(from, path)) return this.beginAt(this.asked, this.#host, method, false)
    const url = urlAt(from, path)
    return this.beginAt(url ?? undefined, url === null ? this.#host : hostOf(url), method, false)
  }

  /** @param alone whether the call is over with it */
  beginAt(
    url: URL | string | undefined,
    host: AskedHost,
    method: string,
    alone: boolean,
  ): Exchange {
    registry.expecting.delete(this)
    const resendCount = this.exchanges++
    const span = this.#traced ? this.#spanOf(url, host, method, resendCount) : undefined
    return (this.#open = new Exchange(this, host, method, this.#deps.clock.now(), span, alone))
  }

  #spanOf(
    url: URL | string | undefined,
    { address, port }: AskedHost,
    method: string,
    resendCount: number,
  ): OpenSpan<AttemptRecord> {
    const { redact, tracing } = this.#deps
    const urlFull = shownUrl(url ?? '', redact)
    return tracing.startAttempt({ method, address, port, urlFull, resendCount })
  }

  /** Whether a request asks for just what the call does; its URL is then not read again. */
  #isAt(origin: string, path: string): boolean {
    const known = this.#origin
    const asked = this.asked
    if (known !== undefined && typeof asked === 'string') {
      return (
        origin === known && asked.length === origin.length + path.length && asked.endsWith(path)
      )
    }
    if (typeof asked !== 'object') return false
    return asked.origin === origin && asked.pathname + asked.search === path
  }

  /** Its headers came. */
  answered(exchange: Exchange, status: number): void {
    this.#settle(exchange, status, errorTypeOfStatus(status))
  }

  /** It ended without headers. */
  failed(exchange: Exchange, error: unknown): void {
    const { signal } = this
    const given = signal?.aborted === true ? errorTypeOfAbort(signal.reason) : errorTypeOf(error)
    this.#settle(exchange, undefined, given)
  }

  /** The body of an answer broke off before its declared length. */
  cut({ subject }: Exchange): void {
    if (this.signal?.aborted === true) return
    this.#deps.recorder.record({ kind: 'corruption', subject, reason: 'length' })
  }

  /** The call is over, and its span. */
  end(ending: Ending): void {
    const { clock, recorder, hash } = this.#deps
    const record = callRecord(this, ending, clock.now() - this.#startMs, hash)
    // The platform rejects at once when it is aborted, and tells its HTTP client later, if at all.
    if (this.#open !== undefined) this.#settle(this.#open, record.status, record.errorType)
    if (this.exchanges === 0 && 'status' in ending) this.#unseen(record.status)
    this.#isOver = true
    registry.expecting.delete(this)
    recorder.record(record)
    this.#span?.end(record)
    this.#span = undefined
  }

  /** A fetch that is not made on undici shows no exchanges: its answer stands for one. */
  #unseen(status: number | undefined): void {
    const { method } = this
    const span = this.#traced ? this.#spanOf(this.asked, this.#host, method, 0) : undefined
    this.#open = new Exchange(this, this.subject, method, this.#startMs, span, false)
    this.#settle(this.#open, status, status === undefined ? undefined : errorTypeOfStatus(status))
  }

  #settle(exchange: Exchange, status: number | undefined, errorType: string | undefined): void {
    if (this.#open !== exchange) return
    this.#open = undefined
    const { subject, method, startMs, span } = exchange
    const durationS = (this.#deps.clock.now() - startMs) / 1_000
    const record: AttemptRecord = {
      kind: 'attempt',
      subject,
      method: shownMethod(method),
      status,
      errorType,
      durationS,
    }
    this.#deps.recorder.record(record)
    span?.end(record)
  }
}
