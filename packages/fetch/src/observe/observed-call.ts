import {
  errorTypeOf,
  type AttemptRecord,
  type Clock,
  type Recorder,
  type Subject,
} from '@plimsoll/policies'
import type { OpenSpan, Tracing } from '@plimsoll/telemetry'
import { callRecord, type Ending } from '../call-record.ts'
import type { CallState } from '../call-state.ts'
import type { Target } from '../target.ts'
import { hostOf, shownUrl, urlAt, type RedactOptions } from '../url.ts'
import { errorTypeOfAbort, errorTypeOfStatus, shownMethod } from '../verdict.ts'
import { ownRequests, type Follower, type RequestLine } from './registry.ts'

export interface ObserveDeps {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly tracing: Tracing
  readonly redact: RedactOptions
  readonly hash: (url: URL | string) => string
}

const registry = ownRequests()

/** One exchange of an observed call, from the moment the platform hands it to its HTTP client. */
interface Exchange {
  readonly subject: Subject
  readonly method: string
  readonly startMs: number
  readonly span: OpenSpan<AttemptRecord>
}

/** A call that is watched and not touched. */
export class ObservedCall implements Follower {
  readonly #deps: ObserveDeps
  readonly #url: URL | undefined
  readonly #method: string
  readonly #signal: AbortSignal | undefined
  readonly #subject: Subject
  readonly #state: CallState
  readonly #startMs: number
  readonly #open = new Set<Exchange>()
  #isOver = false

  constructor(deps: ObserveDeps, target: Target, subject: Subject, state: CallState) {
    this.#deps = deps
    // Not the target itself, which holds the body: a connection keeps the context, and so the call, in which it was made.
    this.#url = target.url
    this.#method = target.method
    this.#signal = target.signal
    this.#subject = subject
    this.#state = state
    this.#startMs = deps.clock.now()
  }

  get isFresh(): boolean {
    return !this.#isOver && this.#state.exchanges === 0
  }

  get isBetween(): boolean {
    return !this.#isOver && this.#state.exchanges > 0 && this.#open.size === 0
  }

  awaits({ method, origin, path }: RequestLine): boolean {
    return this.isFresh && method === this.#method && isAt(this.#url, String(origin), path)
  }

  /** An exchange begins: the first, or after a redirect. */
  begin(origin: string | URL, path: string, method: string): Exchange {
    const url = this.#urlOf(String(origin), path)
    return this.beginAt(url, url === null ? this.#subject : hostOf(url), method)
  }

  beginAt(url: URL | null, subject: Subject, method: string): Exchange {
    registry.expecting.delete(this)
    const { clock, redact, tracing } = this.#deps
    const span = tracing.startAttempt({
      method,
      address: subject.address,
      port: subject.port,
      urlFull: shownUrl(url ?? '', redact),
      resendCount: this.#state.exchanges++,
    })
    const exchange: Exchange = { subject, method, startMs: clock.now(), span }
    this.#open.add(exchange)
    return exchange
  }

  /** The URL of an exchange; that of the call, where it is the same, saves reading it again. */
  #urlOf(origin: string, path: string): URL | null {
    const url = this.#url
    if (url !== undefined && isAt(url, origin, path)) return url
    return urlAt(origin, path)
  }

  /** Its headers came. */
  answered(exchange: Exchange, status: number): void {
    this.#settle(exchange, status, errorTypeOfStatus(status))
  }

  /** It ended without headers. */
  failed(exchange: Exchange, error: unknown): void {
    const signal = this.#signal
    const given = signal?.aborted === true ? errorTypeOfAbort(signal.reason) : errorTypeOf(error)
    this.#settle(exchange, undefined, given)
  }

  /** The body of an answer broke off before its declared length. */
  cut(exchange: Exchange): void {
    if (this.#signal?.aborted === true) return
    const { subject } = exchange
    this.#deps.recorder.record({ kind: 'corruption', subject, reason: 'length' })
  }

  end(ending: Ending): ReturnType<typeof callRecord> {
    const { clock, recorder, hash } = this.#deps
    const url = this.#url
    const method = this.#method
    const durationMs = clock.now() - this.#startMs
    const record = callRecord(this.#state, {
      subject: this.#subject,
      method,
      ending,
      url,
      hash,
      tally: undefined,
      durationMs,
    })
    // The platform rejects at once when it is aborted, and tells its HTTP client later, if at all.
    for (const exchange of this.#open) this.#settle(exchange, record.status, record.errorType)
    if (this.#state.exchanges === 0 && 'response' in ending) this.#unseen(record.status)
    this.#isOver = true
    registry.expecting.delete(this)
    recorder.record(record)
    return record
  }

  /** A fetch that is not made on undici shows no exchanges: its answer stands for one. */
  #unseen(status: number | undefined): void {
    const startMs = this.#startMs
    const method = this.#method
    const { address, port, role } = this.#subject
    const { tracing } = this.#deps
    const urlFull = shownUrl(this.#url ?? '', this.#deps.redact)
    const span = tracing.startAttempt({ method, address, port, urlFull, resendCount: 0 })
    const exchange: Exchange = { subject: { address, port, role }, method, startMs, span }
    this.#open.add(exchange)
    this.#settle(exchange, status, status === undefined ? undefined : errorTypeOfStatus(status))
  }

  #settle(exchange: Exchange, status: number | undefined, errorType: string | undefined): void {
    if (!this.#open.delete(exchange)) return
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
    span.end(record)
  }
}

function isAt(url: URL | undefined, origin: string, path: string): boolean {
  return url !== undefined && url.origin === origin && url.pathname + url.search === path
}

export type { Exchange }
