import {
  errorTypeOf,
  startTimer,
  type AttemptRecord,
  type Clock,
  type PlimsollError,
  type Recorder,
  type Verdict,
} from '@plimsoll/policies'
import type { CorruptionReason } from '@plimsoll/semconv'
import type { Dispatcher } from 'undici'
import type { HostState } from '../hosts/host-registry.ts'
import { parseRetryAfter } from '../retry-after.ts'
import {
  calledOff,
  errorTypeOfAbort,
  errorTypeOfStatus,
  shownMethod,
  verdictOfStatus,
} from '../verdict.ts'
import { bodyCheck, corruptBody, type BodyCheck } from './body-check.ts'
import { field, type Headers } from './options.ts'
import { refuse } from './refusal.ts'

/** The exchange that a handler watches. */
interface Watched {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly host: HostState
  /** Who gets what comes. */
  readonly handler: Dispatcher.DispatchHandler
  readonly method: string
  /** The caller's signal; undefined where no caller waits. */
  readonly signal: AbortSignal | undefined
  /** When it is over, with which error, and whether that is the host's fault. */
  readonly limit: {
    readonly afterMs: number
    readonly error: () => PlimsollError
    readonly blame: boolean
  }
  readonly verifyDigests: boolean
  /** Called once: at the response headers, or at the error that came in their place. */
  settled(record: AttemptRecord, verdict: Verdict, retryAfterMs: number | undefined): void
}

type Progress =
  | { readonly name: 'waiting' }
  | { readonly name: 'body'; readonly check: BodyCheck | undefined }
  | { readonly name: 'over'; readonly reason: Error | undefined }

const WAITING: Progress = { name: 'waiting' }

/** Watches one exchange: how long its headers took, how it ended, and whether its body is what it should be. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #watched: Watched
  readonly #startMs: number
  readonly #stopAlarm: (() => void) | undefined
  readonly #onAbort: (() => void) | undefined
  #controller: Dispatcher.DispatchController | undefined
  #progress: Progress = WAITING

  constructor(watched: Watched) {
    this.#watched = watched
    this.#startMs = watched.clock.now()
    const { signal, limit } = watched
    this.#stopAlarm =
      limit.afterMs === Infinity
        ? undefined
        : startTimer(watched.clock, limit.afterMs, () => this.#timeOut())
    this.#onAbort = signal === undefined ? undefined : () => this.#abandon()
    if (this.#onAbort !== undefined) signal?.addEventListener('abort', this.#onAbort)
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (this.#progress.name === 'over') {
      // It ended while it was still connecting, when there was nothing yet to cancel.
      controller.abort(this.#progress.reason ?? new Error('the exchange is over'))
      return
    }
    this.#controller = controller
    this.#watched.handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(
    ...[controller, status, headers, socket]: Parameters<
      NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>
    >
  ): void {
    this.#answered(status, headers)
    this.#watched.handler.onRequestUpgrade?.(controller, status, headers, socket)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
    message?: string,
  ): void {
    if (this.#progress.name === 'over') return
    // 1xx is news of the answer to come.
    if (status >= 200) {
      this.#answered(status, headers)
      const { method, verifyDigests } = this.#watched
      this.#progress = { name: 'body', check: bodyCheck(method, status, headers, verifyDigests) }
    }
    this.#watched.handler.onResponseStart?.(controller, status, headers, message)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const progress = this.#progress
    if (progress.name === 'over') return
    if (progress.name === 'body') progress.check?.update(chunk)
    this.#watched.handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(
    ...[controller, trailers]: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>
  ): void {
    const progress = this.#progress
    if (progress.name === 'over') return
    this.#progress = { name: 'over', reason: undefined }
    const wrong = progress.name === 'body' ? progress.check?.atEnd() : undefined
    if (wrong === undefined) {
      this.#watched.handler.onResponseEnd?.(controller, trailers)
    } else {
      this.#breakOff(controller, this.#corrupt(wrong))
    }
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const progress = this.#progress
    if (progress.name === 'over') return
    this.#progress = { name: 'over', reason: error }
    if (progress.name === 'waiting') {
      this.#failed(error)
      this.#watched.handler.onResponseError?.(controller, error)
      return
    }
    const short = this.#watched.signal?.aborted !== true && progress.check?.brokenBy(error) === true
    this.#breakOff(controller, short ? this.#corrupt('length', error) : error)
  }

  onResponseStarted(): void {
    this.#watched.handler.onResponseStarted?.()
  }

  onBodySent(chunk: Buffer): void {
    this.#watched.handler.onBodySent?.(chunk)
  }

  onRequestSent(): void {
    this.#watched.handler.onRequestSent?.()
  }

  /** The dispatch below threw, or could not begin. */
  fail(error: unknown): void {
    if (this.#progress.name !== 'waiting') return
    const shown = error instanceof Error ? error : new Error(String(error))
    this.#progress = { name: 'over', reason: shown }
    this.#failed(shown)
    refuse(this.#watched.handler, shown)
  }

  #timeOut(): void {
    if (this.#progress.name !== 'waiting') return
    const { limit } = this.#watched
    const error = limit.error()
    this.#settle(undefined, error.errorType, limit.blame ? 'failure' : 'ignored')
    this.#cancel(error)
  }

  /**
   * The body ends in an error. The platform's fetch takes no notice of one that comes before it has taken the headers,
   * as with a body so small that all comes at once, and would wait for ever.
   */
  #breakOff(controller: Dispatcher.DispatchController, error: Error): void {
    setImmediate(() => this.#watched.handler.onResponseError?.(controller, error))
  }

  /** The caller gave up. The platform may only notice when the connection stands, which may never be. */
  #abandon(): void {
    const { signal } = this.#watched
    if (this.#progress.name !== 'waiting' || signal === undefined) return
    const verdict = calledOff(signal) ? 'ignored' : 'failure'
    this.#settle(undefined, errorTypeOfAbort(signal.reason), verdict)
    this.#cancel(signal.reason)
  }

  #cancel(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error('the caller gave up')
    this.#progress = { name: 'over', reason: error }
    const controller = this.#controller
    if (controller === undefined) {
      refuse(this.#watched.handler, error)
      return
    }
    this.#watched.handler.onResponseError?.(controller, error)
    controller.abort(error)
  }

  #answered(status: number, headers: Headers): void {
    const { clock, host } = this.#watched
    const asked =
      status >= 400
        ? parseRetryAfter(field(headers, 'retry-after'), clock.epoch(), field(headers, 'date'))
        : undefined
    if (asked !== undefined) host.limiter?.pauseUntil(clock.now() + asked)
    const verdict = verdictOfStatus(status, host.failureStatuses)
    this.#settle(status, errorTypeOfStatus(status), verdict, asked)
  }

  #failed(error: Error): void {
    const { signal } = this.#watched
    const errorType =
      signal?.aborted === true ? errorTypeOfAbort(signal.reason) : errorTypeOf(error)
    this.#settle(undefined, errorType, calledOff(signal) ? 'ignored' : 'failure')
  }

  #settle(
    status: number | undefined,
    errorType: string | undefined,
    verdict: Verdict,
    retryAfterMs?: number,
  ): void {
    this.#stopAlarm?.()
    const { clock, host, method, signal } = this.#watched
    if (this.#onAbort !== undefined) signal?.removeEventListener('abort', this.#onAbort)
    this.#watched.settled(
      {
        kind: 'attempt',
        subject: host.subject,
        method: shownMethod(method),
        status,
        errorType,
        durationS: (clock.now() - this.#startMs) / 1_000,
      },
      verdict,
      retryAfterMs,
    )
  }

  #corrupt(reason: CorruptionReason, cause?: Error): PlimsollError {
    const { recorder, host } = this.#watched
    recorder.record({ kind: 'corruption', subject: host.subject, reason })
    return corruptBody(reason, cause)
  }
}
