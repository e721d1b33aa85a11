import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { isCut } from '../dispatch/body-check.ts'
import type { Exchange, ObservedCall } from './observed-call.ts'

/** undici's messages, as far as they are used here. They are the same in the platform's undici and in npm's. */
interface RequestMessage {
  readonly request: {
    readonly origin: string | URL
    readonly path: string
    readonly method: string
  }
}
interface HeadersMessage extends RequestMessage {
  readonly response: { readonly statusCode: number; readonly headers: unknown }
}
interface ErrorMessage extends RequestMessage {
  readonly error: unknown
}

/** An exchange under way: before its headers, or after. */
interface Following {
  readonly call: ObservedCall
  readonly exchange: Exchange
  /** Those of the answer; undefined while there is none. */
  headers: unknown
}

const calls = new AsyncLocalStorage<ObservedCall>()
const following = new WeakMap<object, Following>()
let listening = false

/**
 * Runs `fn` so that the exchanges which undici begins in it are told to `call`: by diagnostics channels, which neither the
 * program nor the request notices. Redirect hops are seen one by one.
 */
export function withExchangesToldTo<T>(call: ObservedCall, fn: () => T): T {
  listen()
  return calls.run(call, fn)
}

function listen(): void {
  if (listening) return
  listening = true
  subscribe('undici:request:create', (message) => quietly(() => onCreate(message)))
  subscribe('undici:request:headers', (message) => quietly(() => onHeaders(message)))
  subscribe('undici:request:error', (message) => quietly(() => onError(message)))
}

/** A subscriber that throws ends in `uncaughtException`: what surprises us must not end the program. */
function quietly(fn: () => void): void {
  try {
    fn()
  } catch {
    // The exchange goes unmeasured.
  }
}

function onCreate(message: unknown): void {
  const call = calls.getStore()
  if (call === undefined) return
  const { request } = message as RequestMessage
  // The way through a proxy, which leads many requests; fetch itself knows no such method.
  if (request.method === 'CONNECT') return
  const exchange = call.begin(request.origin, request.path, request.method)
  following.set(request, { call, exchange, headers: undefined })
}

function onHeaders(message: unknown): void {
  const { request, response } = message as HeadersMessage
  const followed = following.get(request)
  // 1xx is news of the answer to come.
  if (followed === undefined || response.statusCode < 200) return
  followed.headers = response.headers
  followed.call.answered(followed.exchange, response.statusCode)
}

function onError(message: unknown): void {
  const { request, error } = message as ErrorMessage
  const followed = following.get(request)
  if (followed === undefined) return
  following.delete(request)
  const { call, exchange } = followed
  if (followed.headers === undefined) call.failed(exchange, error)
  else if (isCut(error) && request.method !== 'HEAD' && declaresLength(followed.headers)) {
    call.cut(exchange)
  }
}

/** Headers come as a flat list of names and values, strings or bytes. */
function declaresLength(headers: unknown): boolean {
  if (!Array.isArray(headers)) return Object.hasOwn(headers as object, 'content-length')
  return headers.some(
    (name, index) => index % 2 === 0 && String(name).toLowerCase() === 'content-length',
  )
}
