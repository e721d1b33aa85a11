import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { gzipSync } from 'node:zlib'
import type { Endpoint } from './thread-data.ts'

/** What became of a request. */
type Posted =
  | { readonly kind: 'taken' }
  /** Worth another try, at the earliest after `retryAfterMs`. */
  | { readonly kind: 'later'; readonly retryAfterMs: number | undefined; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

export type Post = (body: Uint8Array, timeoutMs: number) => Promise<Posted>

/** Answers after which OTLP/HTTP says to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Posts to one endpoint over a connection that is kept. */
export function createPost(endpoint: Endpoint, contentType: string): Post {
  const secure = endpoint.url.startsWith('https:')
  const pem = (path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readFileSync(path)
  const agent = secure
    ? new HttpsAgent({
        keepAlive: true,
        ca: pem(endpoint.caFile),
        cert: pem(endpoint.certFile),
        key: pem(endpoint.keyFile),
      })
    : new HttpAgent({ keepAlive: true })
  const headers = {
    ...endpoint.headers,
    'content-type': contentType,
    ...(endpoint.gzip ? { 'content-encoding': 'gzip' } : {}),
  }

  return (body, timeoutMs) =>
    new Promise((resolve) => {
      const payload = endpoint.gzip ? gzipSync(body) : body
      const failed = (error: Error): void =>
        resolve({ kind: 'later', retryAfterMs: undefined, why: reasonOf(error) })
      const outgoing = (secure ? httpsRequest : httpRequest)(
        endpoint.url,
        {
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': payload.length },
          signal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))),
        },
        (response) => {
          response.resume()
          response.once('error', failed)
          response.once('end', () =>
            resolve(judged(response.statusCode ?? 0, response.headers['retry-after'])),
          )
        },
      )
      outgoing.once('error', failed)
      outgoing.end(payload)
    })
}

function judged(status: number, retryAfter: string | undefined): Posted {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const why = `HTTP ${status}`
  if (!RETRYABLE.has(status)) return { kind: 'refused', why }
  const seconds = Number(retryAfter ?? Number.NaN)
  return { kind: 'later', retryAfterMs: seconds >= 0 ? seconds * 1_000 : undefined, why }
}

function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
