import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { errorTypeOf } from '@plimsoll/policies'
import { ERROR_TYPES } from '@plimsoll/semconv'
import { isSuppressed } from '@plimsoll/telemetry'
import { hostOf, urlAt } from '../url.ts'
import { beginClientCall } from './client-call.ts'
import type { Exchange } from './exchange.ts'
import type { AskedHost, ObserveDeps } from './observed-call.ts'
import { quietly } from './quietly.ts'

interface RequestMessage {
  readonly request: ClientRequest
}

/**
 * Observes `http.request`, `https.request` and all that stands on them, by Node's diagnostics channels: no listener on a
 * request or response, no header, nothing patched.
 */
export function observeHttp(deps: ObserveDeps): void {
  const under = new WeakMap<ClientRequest, Exchange>()
  subscribe(
    'http.client.request.created',
    quietly((message) => {
      const { request } = message as RequestMessage
      if (!isExchange(request) || isSuppressed()) return
      const url = urlOf(request)
      under.set(request, beginClientCall(deps, url, request.method, askedHost(request, url)))
    }),
  )
  // Published when the headers have come, not when the body has. There is none for 1xx.
  subscribe(
    'http.client.response.finish',
    quietly((message) => {
      const { request, response } = message as RequestMessage & { response: IncomingMessage }
      settle(request)?.answered(response.statusCode ?? 0)
    }),
  )
  subscribe(
    'http.client.request.error',
    quietly((message) => {
      const { request, error } = message as RequestMessage & { error: unknown }
      settle(request)?.failed(causeOf(error, request))
    }),
  )

  function settle(request: ClientRequest): Exchange | undefined {
    const followed = under.get(request)
    under.delete(request)
    return followed
  }
}

/** Not the way through a proxy, nor what goes on as another protocol: those have no answer. */
function isExchange(request: ClientRequest): boolean {
  return request.method !== 'CONNECT' && request.getHeader('upgrade') === undefined
}

/** Through a proxy, and in requests made for one, the path is a whole URL. */
function urlOf(request: ClientRequest): URL | null {
  const host = request.getHeader('host')
  const authority = typeof host === 'string' ? host : hostText(request.host)
  return urlAt(`${request.protocol}//${authority}`, request.path)
}

function hostText(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

/** Whom a request asks: by its URL, unless its `Host` field names another than the one it connects to, or it needs no port. */
function askedHost(request: ClientRequest, url: URL | null): AskedHost {
  const { host } = request
  const itself = { address: host, port: undefined }
  const local = (request as { socketPath?: unknown }).socketPath !== undefined
  if (local || url === null) return itself
  const asked = hostOf(url)
  const isTheirs = asked.address === host.toLowerCase().replaceAll(/^\[|\]$/gu, '')
  if (!isTheirs && !/^[a-z]+:/iu.test(request.path)) return itself
  return asked
}

/** What a program that gives up says with `destroy`, in words that the table of errors knows. */
function causeOf(error: unknown, request: ClientRequest): unknown {
  if (!(error instanceof Error)) return error
  // A signal: Node wraps its reason.
  if (error.name === 'AbortError') {
    return errorTypeOf(error.cause) === ERROR_TYPES.timeout ? error.cause : error
  }
  if (!request.destroyed) return error
  const { code } = error as NodeJS.ErrnoException
  // axios and others give up with the code of a connection that timed out; that of the network comes undestroyed.
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') return new DOMException('', 'TimeoutError')
  const isHangUp = code === 'ECONNRESET' && error.message === 'socket hang up'
  const isOwn = errorTypeOf(error) === ERROR_TYPES.other
  return isHangUp || isOwn ? new DOMException('', 'AbortError') : error
}
