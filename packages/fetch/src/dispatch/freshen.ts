import type { Clock } from '@plimsoll/policies'
import type { Dispatcher } from 'undici'
import type { CacheEntry } from './hop.ts'
import { field, type Headers } from './options.ts'
import { passing } from './passing.ts'

/** Fields that describe the 304 itself, or the connection that it came by, and not what is stored. */
const OWN_TO_304: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * A 304 that confirms `entry` goes up as the stored response with the fields that the 304 renewed (RFC 9111, section
 * 4.3.4), so that the cache stores it again as fresh. undici 8 serves the old entry once more and drops it, with the
 * result that every second request fetches the whole body anew; and it calls the confirmed response stale.
 */
export function freshenedHandler(
  handler: Dispatcher.DispatchHandler,
  entry: CacheEntry | undefined,
  clock: Clock,
): Dispatcher.DispatchHandler {
  const body = entry?.body
  if (entry === undefined || !Array.isArray(body)) return handler
  let stored: StoredResponse | undefined
  return passing(handler, {
    onResponseStart(controller, status, headers, message) {
      if (status !== 304 || !confirms(headers, entry)) {
        handler.onResponseStart?.(controller, status, headers, message)
        return
      }
      const renewed = renewedHeaders(entry, headers, clock)
      stored = storedResponse(controller, body as readonly Buffer[], rawHeaders(renewed))
      handler.onResponseStart?.(stored.controller, entry.statusCode, renewed, entry.statusMessage)
    },
    onResponseData(controller, chunk) {
      if (stored === undefined) handler.onResponseData?.(controller, chunk)
    },
    onResponseEnd(controller, trailers) {
      if (stored === undefined) handler.onResponseEnd?.(controller, trailers)
      else stored.sendTo(handler)
    },
    onResponseError(controller, error) {
      handler.onResponseError?.(stored?.controller ?? controller, error)
    },
  })
}

/** Whether the 304 speaks of the entry: it names no other version of it. Weak comparison, as for `If-None-Match`. */
function confirms(headers: Headers, entry: CacheEntry): boolean {
  const etag = field(headers, 'etag')
  return etag === undefined || (entry.etag !== undefined && opaque(etag) === opaque(entry.etag))
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}

function renewedHeaders(
  entry: CacheEntry,
  headers: Headers,
  clock: Clock,
): { [name: string]: string | string[] } {
  const renewed: { [name: string]: string | string[] } = { ...entry.headers }
  // How old the entry was, is no longer true; without a Date of its own, a message was sent when it came.
  delete renewed['age']
  delete renewed['warning']
  renewed['date'] = new Date(clock.epoch()).toUTCString()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !OWN_TO_304.has(name)) renewed[name] = value
  }
  return renewed
}

/** Names and values in turn, as they come off the wire. */
function rawHeaders(headers: { readonly [name: string]: string | readonly string[] }): Buffer[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => [Buffer.from(name, 'latin1'), Buffer.from(each, 'latin1')]),
  )
}

interface StoredResponse {
  readonly controller: Dispatcher.DispatchController
  sendTo(handler: Dispatcher.DispatchHandler): void
}

/** The body lies in memory, so there is nothing to hold back: pausing means nothing, aborting stops the rest. */
function storedResponse(
  origin: Dispatcher.DispatchController,
  body: readonly Buffer[],
  raw: Buffer[],
): StoredResponse {
  const controller: Dispatcher.DispatchController = {
    get aborted() {
      return origin.aborted
    },
    get reason() {
      return origin.reason
    },
    paused: false,
    // A fetch of undici 8, such as Node 26's, reads the raw headers and nothing else.
    rawHeaders: raw,
    rawTrailers: null,
    pause: () => {},
    resume: () => {},
    abort: (reason) => origin.abort(reason),
  }
  return {
    controller,
    sendTo(handler) {
      for (const chunk of body) {
        if (controller.aborted) return
        handler.onResponseData?.(controller, chunk)
      }
      handler.onResponseEnd?.(controller, {})
    },
  }
}
