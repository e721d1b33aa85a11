import { subscribe } from 'node:diagnostics_channel'
import { isSuppressed } from '@plimsoll/telemetry'
import { isCut } from '../dispatch/body-check.ts'
import type { AnyFetch } from '../platform.ts'
import { urlAt } from '../url.ts'
import { beginClientCall } from './client-call.ts'
import type { Exchange } from './exchange.ts'
import type { Expecting, RequestLine } from './expected.ts'
import { quietly } from './quietly.ts'
import { ObservedCall, type ObserveDeps } from './observed-call.ts'
import { isSamePath, ownRequests } from './registry.ts'

/** undici's messages, as far as they are used here. They are the same in the platform's undici and in npm's. */
interface RequestMessage {
  readonly request: RequestLine & { readonly upgrade?: unknown; readonly origin: string | URL }
}
interface HeadersMessage extends RequestMessage {
  readonly response: { readonly statusCode: number; readonly headers: unknown }
}
interface ErrorMessage extends RequestMessage {
  readonly error: unknown
}

const registry = ownRequests()
const following = new WeakMap<object, Exchange>()
let listening = false
let clients: ObserveDeps | undefined

/**
 * Asks `fetch` so that the exchanges which undici begins in it are told to `call`: by diagnostics channels, which neither
 * the program nor the request notices. Redirect hops are seen one by one.
 */
export function withExchangesToldTo(
  call: ObservedCall,
  fetch: AnyFetch,
  input: unknown,
  init: unknown,
): Promise<Response> {
  listen()
  registry.expecting.add(call)
  return registry.calls.run(call, fetch, input, init)
}

/** From now on what undici does for nobody's fetch is a call of its own: `request`, `stream`, `pipeline`, a `Client`. */
export function observeUndici(deps: ObserveDeps): void {
  clients = deps
  listen()
}

function listen(): void {
  if (listening) return
  listening = true
  registry.listeners += 1
  subscribe('undici:request:create', quietly(onCreate))
  subscribe('undici:request:headers', quietly(onHeaders))
  subscribe('undici:request:error', quietly(onError))
}

function onCreate(message: unknown): void {
  const { request } = message as RequestMessage
  // The way through a proxy, which leads many requests, and what goes on as another protocol: neither has an answer.
  if (request.method === 'CONNECT' || Boolean(request.upgrade)) return
  if (registry.listeners > 1 && registry.taken.has(request)) return
  const owner = ownerOf(request)
  if (owner === undefined) {
    if (clients === undefined || isSuppressed()) return
    const url = urlAt(request.origin, request.path)
    following.set(request, beginClientCall(clients, url, request.method))
    return
  }
  if (owner === 'policed') {
    take(request)
    return
  }
  // A call that another copy of this package watches is told by that one.
  if (!(owner instanceof ObservedCall)) return
  take(request)
  following.set(request, owner.begin(request.origin, request.path, request.method))
}

function take(request: object): void {
  if (registry.listeners > 1) registry.taken.add(request)
}

/**
 * Whose request it is. Its context says so, unless it waited in a full pool: then it begins in the context of the one that
 * made room, and is known by its line.
 */
function ownerOf(request: RequestLine): Expecting | 'policed' | undefined {
  const { dispatching } = registry
  if (dispatching !== undefined && isSamePath(dispatching, request)) {
    registry.dispatching = undefined
    return 'policed'
  }
  const call = registry.calls.getStore()
  if (call?.isFresh === true && call.awaits(request)) return call
  const other = registry.expecting.find(request)
  if (other !== undefined) return 'isFresh' in other ? other : 'policed'
  return call?.isFresh === true || call?.isBetween === true ? call : undefined
}

function onHeaders(message: unknown): void {
  const { request, response } = message as HeadersMessage
  const followed = following.get(request)
  // 1xx is news of the answer to come.
  if (followed === undefined || response.statusCode < 200) return
  followed.headers = response.headers
  followed.answered(response.statusCode)
}

function onError(message: unknown): void {
  const { request, error } = message as ErrorMessage
  const followed = following.get(request)
  if (followed === undefined) return
  following.delete(request)
  const { headers } = followed
  if (headers === undefined) followed.failed(error)
  else if (isCut(error) && request.method !== 'HEAD' && declaresLength(headers)) followed.cut()
}

/** Headers come as a flat list of names and values, strings or bytes. */
function declaresLength(headers: unknown): boolean {
  if (!Array.isArray(headers)) return Object.hasOwn(headers as object, 'content-length')
  return headers.some(
    (name, index) => index % 2 === 0 && String(name).toLowerCase() === 'content-length',
  )
}
