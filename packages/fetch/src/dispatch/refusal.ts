import type { Dispatcher } from 'undici'

/** Stands for a connection that never was. */
const NO_CONNECTION: Dispatcher.DispatchController = Object.freeze({
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: null,
  rawTrailers: null,
  pause: () => {},
  resume: () => {},
  abort: () => {},
})

/**
 * Ends an exchange before it began. Always through the handler and never by a throw: undici's cache serves a stale entry
 * for an error that it is told of, and loses one that is thrown (`stale-if-error`, RFC 5861).
 */
export function refuse(handler: Dispatcher.DispatchHandler, error: unknown): void {
  handler.onResponseError?.(NO_CONNECTION, error as Error)
}
