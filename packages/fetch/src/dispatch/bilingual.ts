import type { Dispatcher } from 'undici'
import type { Headers } from './options.ts'

type RawHeaders = Buffer[]

type Handler = Dispatcher.DispatchHandler
type Upgrade = Parameters<NonNullable<Handler['onRequestUpgrade']>>
type Trailers = Parameters<NonNullable<Handler['onResponseEnd']>>[1]

/**
 * A handler that any undici understands: it has the methods of undici 8, and those of undici 6 and 7, whose dispatchers and
 * mocks partly know no others. Whoever calls the one kind never calls the other.
 */
export class Bilingual implements Handler {
  readonly #handler: Handler
  #connected: Controller | undefined = undefined

  constructor(handler: Handler) {
    this.#handler = handler
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(...[controller, status, headers, socket]: Upgrade): void {
    this.#handler.onRequestUpgrade?.(controller, status, headers, socket)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
    message?: string,
  ): void {
    this.#handler.onResponseStart?.(controller, status, headers, message)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Trailers): void {
    this.#handler.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error)
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.()
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk)
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.()
  }

  onConnect(abort: (reason?: Error) => void, context: unknown): void {
    this.#connected = new Controller(abort)
    this.onRequestStart(this.#connected, context)
  }

  onUpgrade(status: number, raw: RawHeaders, socket: Upgrade[3]): void {
    this.#controller.rawHeaders = raw
    this.onRequestUpgrade(this.#controller, status, headersOf(raw), socket)
  }

  /** False asks for a pause. */
  onHeaders(status: number, raw: RawHeaders, resume: () => void, message?: string): boolean {
    const controller = this.#controller
    controller.rawHeaders = raw
    controller.resumeBelow = resume
    this.onResponseStart(controller, status, headersOf(raw), message)
    return !controller.paused
  }

  onData(chunk: Buffer): boolean {
    this.onResponseData(this.#controller, chunk)
    return !this.#controller.paused
  }

  onComplete(raw: RawHeaders): void {
    this.#controller.rawTrailers = raw
    this.onResponseEnd(this.#controller, headersOf(raw))
  }

  onError(error: Error): void {
    this.onResponseError(this.#controller, error)
  }

  get #controller(): Controller {
    // A dispatcher that fails before it connects, or a mock that never does, has nothing to abort.
    this.#connected ??= new Controller(() => {})
    return this.#connected
  }
}

/** The controller of undici 8 over the callbacks of undici 7. */
class Controller implements Dispatcher.DispatchController {
  aborted = false
  paused = false
  reason: Error | null = null
  rawHeaders: RawHeaders = []
  rawTrailers: RawHeaders = []
  resumeBelow: () => void = () => {}
  readonly #abort: (reason?: Error) => void

  constructor(abort: (reason?: Error) => void) {
    this.#abort = abort
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.resumeBelow()
  }

  abort(reason: Error): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.#abort(reason)
  }
}

/** Names and values in turn, as fields by their name in small letters. */
function headersOf(raw: RawHeaders | null | undefined): Headers {
  const headers: { [name: string]: string | string[] } = {}
  for (let index = 0; index + 1 < (raw?.length ?? 0); index += 2) {
    const name = text(raw?.[index]).toLowerCase()
    const value = text(raw?.[index + 1])
    // Not by assignment, which would take a field named `__proto__` for a prototype.
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined
    const next = known === undefined ? value : [known, value].flat()
    Object.defineProperty(headers, name, {
      value: next,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
  return headers
}

/** Header fields are octets; undici reads them as Latin-1. */
function text(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '')
}
