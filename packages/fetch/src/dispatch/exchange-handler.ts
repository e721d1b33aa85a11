import {
  errorTypeOf,
  TimeLimit,
  type Clock,
  type PlimsollError,
  type Recorder,
  type Verdict,
} from '@plimsoll/policies'
import { ERROR_TYPES, type CorruptionReason } from '@plimsoll/semconv'
import type { Dispatcher } from 'undici'
import type { HostState } from '../hosts/host-state.ts'
import { parseRetryAfter } from '../retry-after.ts'
import {
  calledOff,
  errorTypeOfAbort,
  errorTypeOfOwnBody,
  errorTypeOfStatus,
  isInvalidRequest,
  verdictOfStatus,
} from '../verdict.ts'
import { bodyCheck, corruptBody, type BodyCheck } from './body-check.ts'
import { listField, type Headers } from './options.ts'
import { refuse } from './refusal.ts'
import { GaveUp } from './refusals.ts'

/** What watching an exchange needs of its surroundings. */
export interface WatchDeps {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly verifyDigests: boolean
}

type Controller = Dispatcher.DispatchController
type Trailers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>[1]
type Upgrade = Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>

/**
 * Watches one exchange: how it ended, and whether its body is what it should be. It is a handler of what the network says
 * and a time limit in one, because every call makes one.
 */
export abstract class ExchangeHandler extends TimeLimit implements Dispatcher.DispatchHandler {
  protected readonly host: HostState
  protected readonly method: string
  /** Who gets what comes. */
  protected readonly handler: Dispatcher.DispatchHandler
  /** The caller's signal; undefined where no caller waits. */
  protected readonly signal: AbortSignal | undefined
  readonly #deps: WatchDeps
  #phase: 'waiting' | 'body' | 'over' = 'waiting'
  /** What an exchange ended in that was over before it could be cancelled. */
  #reason: Error | undefined = undefined
  #controller: Controller | undefined = undefined
  #check: BodyCheck | undefined = undefined

  constructor(
    deps: WatchDeps,
    host: HostState,
    method: string,
    handler: Dispatcher.DispatchHandler,
    signal: AbortSignal | undefined,
  ) {
    super()
    this.#deps = deps
    this.host = host
    this.method = method
    this.handler = handler
    this.signal = signal
  }

  /** Called once: at the response headers, or at what came in their place. */
  protected abstract settled(
    status: number | undefined,
    errorType: string | undefined,
    verdict: Verdict,
    retryAfterMs: number | undefined,
  ): void

  /** Whether what failed is the program's own body of the request; asked at that moment. */
  protected abstract blamesBody(): boolean

  /** Why the time is over, and whether that is the host's fault. */
  protected abstract expiry(): { readonly error: PlimsollError; readonly blame: boolean }

  onRequestStart(controller: Controller, context: unknown): void {
    if (this.#phase === 'over') {
      // It ended while it was still connecting, when there was nothing yet to cancel.
      controller.abort(this.#reason ?? new Error('the exchange is over'))
      return
    }
    this.#controller = controller
    this.handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(...[controller, status, headers, socket]: Upgrade): void {
    this.#answered(status, headers)
    this.handler.onRequestUpgrade?.(controller, status, headers, socket)
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: Headers,
    message?: string,
  ): void {
    if (this.#phase === 'over') return
    // 1xx is news of the answer to come.
    if (status >= 200) {
      this.#answered(status, headers)
      this.#check = bodyCheck(this.method, status, headers, this.#deps.verifyDigests)
    }
    this.handler.onResponseStart?.(controller, status, headers, message)
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#phase === 'over') return
    this.#check?.update(chunk)
    this.handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Controller, trailers: Trailers): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    const wrong = this.#check?.atEnd()
    if (wrong === undefined) this.handler.onResponseEnd?.(controller, trailers)
    else this.#breakOff(controller, this.#corrupt(wrong))
  }

  onResponseError(controller: Controller, error: Error): void {
    const phase = this.#phase
    if (phase === 'over') return
    this.#end(error)
    if (phase === 'waiting') {
      this.#failed(error)
      this.handler.onResponseError?.(controller, error)
      return
    }
    const ofHost = this.signal?.aborted !== true && !this.blamesBody()
    const short = ofHost && this.#check?.brokenBy(error) === true
    this.#breakOff(controller, short ? this.#corrupt('length', error) : error)
  }

  onResponseStarted(): void {
    this.handler.onResponseStarted?.()
  }

  onBodySent(chunk: Buffer): void {
    this.handler.onBodySent?.(chunk)
  }

  onRequestSent(): void {
    this.handler.onRequestSent?.()
  }

  /** The dispatch below threw, or could not begin. */
  fail(error: unknown): void {
    if (this.#phase !== 'waiting') return
    const shown = error instanceof Error ? error : new Error(String(error))
    this.#end(shown)
    this.#failed(shown)
    refuse(this.handler, shown)
  }

  expire(): void {
    if (this.#phase !== 'waiting') return
    const { error, blame } = this.expiry()
    this.settled(undefined, error.errorType, blame ? 'failure' : 'ignored', undefined)
    this.#cancel(error)
  }

  /** The caller gave up. The platform may only notice when the connection stands, which may never be. */
  abandon(): void {
    const { signal } = this
    if (this.#phase !== 'waiting' || signal === undefined) return
    const verdict = calledOff(signal) ? 'ignored' : 'failure'
    this.settled(undefined, errorTypeOfAbort(signal.reason), verdict, undefined)
    this.#cancel(signal.reason)
  }

  #end(reason: Error): void {
    this.#phase = 'over'
    this.#reason = reason
  }

  /**
   * The body ends in an error. The platform's fetch takes no notice of one that comes before it has taken the headers,
   * as with a body so small that all comes at once, and would wait for ever.
   */
  #breakOff(controller: Controller, error: Error): void {
    setImmediate(() => this.handler.onResponseError?.(controller, error))
  }

  #cancel(reason: unknown): void {
    const error = reason instanceof Error ? reason : new GaveUp(reason)
    this.#end(error)
    const controller = this.#controller
    if (controller === undefined) {
      refuse(this.handler, error)
      return
    }
    this.handler.onResponseError?.(controller, error)
    controller.abort(error)
  }

  #answered(status: number, headers: Headers): void {
    this.#phase = 'body'
    const { clock } = this.#deps
    const asked =
      status >= 400
        ? parseRetryAfter(
            listField(headers, 'retry-after'),
            clock.epoch(),
            listField(headers, 'date'),
          )
        : undefined
    if (asked !== undefined) this.host.limiter?.pauseUntil(clock.now() + asked)
    const verdict = verdictOfStatus(status, this.host.failureStatuses)
    this.settled(status, errorTypeOfStatus(status), verdict, asked)
  }

  #failed(error: Error): void {
    const { signal } = this
    if (signal?.aborted !== true && this.blamesBody()) {
      this.settled(undefined, errorTypeOfOwnBody(error), 'ignored', undefined)
      return
    }
    if (isInvalidRequest(error)) {
      const type = errorTypeOf(error)
      const shown = type === ERROR_TYPES.other ? ERROR_TYPES.invalidRequest : type
      this.settled(undefined, shown, 'ignored', undefined)
      return
    }
    const errorType =
      signal?.aborted === true ? errorTypeOfAbort(signal.reason) : errorTypeOf(error)
    this.settled(undefined, errorType, calledOff(signal) ? 'ignored' : 'failure', undefined)
  }

  #corrupt(reason: CorruptionReason, cause?: Error): PlimsollError {
    const { subject } = this.host
    this.#deps.recorder.record({ kind: 'corruption', subject, reason })
    return corruptBody(reason, cause)
  }
}
