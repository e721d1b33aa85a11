import type { Dispatcher } from 'undici'
import type { Headers } from './options.ts'

type RawHeaders = Buffer[]

/**
 * A handler that any undici understands: the methods of undici 8, and those of undici 6 and 7, whose dispatchers and mocks
 * partly know no others. Whoever calls the one kind never calls the other.
 */
export function bilingual(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
  const old = new OldLanguage(handler)
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) =>
      handler.onRequestUpgrade?.(controller, status, headers, socket),
    onResponseStart: (controller, status, headers, message) =>
      handler.onResponseStart?.(controller, status, headers, message),
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    onResponseStarted: () => handler.onResponseStarted?.(),
    onBodySent: (chunk) => handler.onBodySent?.(chunk),
    onRequestSent: () => handler.onRequestSent?.(),
    onConnect: (abort: (reason?: Error) => void, context: unknown) => old.connect(abort, context),
    onUpgrade: (status: number, raw: RawHeaders, socket: unknown) =>
      old.upgrade(status, raw, socket),
    onHeaders: (status: number, raw: RawHeaders, resume: () => void, message?: string) =>
      old.headers(status, raw, resume, message),
    onData: (chunk: Buffer) => old.data(chunk),
    onComplete: (raw: RawHeaders) => old.complete(raw),
    onError: (error: Error) => old.error(error),
  } as Dispatcher.DispatchHandler
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

class OldLanguage {
  readonly #handler: Dispatcher.DispatchHandler
  // A dispatcher that fails before it connects has nothing to abort.
  #controller = new Controller(() => {})

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler
  }

  connect(abort: (reason?: Error) => void, context: unknown): void {
    this.#controller = new Controller(abort)
    this.#handler.onRequestStart?.(this.#controller, context)
  }

  upgrade(status: number, raw: RawHeaders, socket: unknown): void {
    this.#controller.rawHeaders = raw
    this.#handler.onRequestUpgrade?.(this.#controller, status, headersOf(raw), socket as never)
  }

  /** False asks for a pause. */
  headers(status: number, raw: RawHeaders, resume: () => void, message?: string): boolean {
    const controller = this.#controller
    controller.rawHeaders = raw
    controller.resumeBelow = resume
    this.#handler.onResponseStart?.(controller, status, headersOf(raw), message)
    return !controller.paused
  }

  data(chunk: Buffer): boolean {
    this.#handler.onResponseData?.(this.#controller, chunk)
    return !this.#controller.paused
  }

  complete(raw: RawHeaders): void {
    this.#controller.rawTrailers = raw
    this.#handler.onResponseEnd?.(this.#controller, headersOf(raw))
  }

  error(error: Error): void {
    this.#handler.onResponseError?.(this.#controller, error)
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
