import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { gzipSync } from 'node:zlib'
import { certificatesOf } from './certificates.ts'
import { readPartialSuccess, type PartialSuccess } from './partial-success.ts'
import { VERSION } from '../version.ts'
import type { Endpoint } from './thread-data.ts'

/** What became of a request. */
export type Posted =
  | ({ readonly kind: 'taken' } & PartialSuccess)
  /** Worth another try, at the earliest after `retryAfterMs`. */
  | {
      readonly kind: 'later'
      readonly retryAfterMs: number | undefined
      /** It was an answer, though not this one's; otherwise nobody answered. */
      readonly answered: boolean
      readonly why: string
    }
  | { readonly kind: 'refused'; readonly why: string }

/** Never rejects for what a server or network does. */
export type Post = (body: Uint8Array, timeoutMs: number) => Promise<Posted>

/** How an exporter says what it is ("OpenTelemetry Protocol Exporter", User Agent); a header of the user's goes before it. */
export const USER_AGENT = `OTel-OTLP-Exporter-Plimsoll/${VERSION}`

/** Answers after which OTLP/HTTP says to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** More of an answer is not read: a partial success is one number and one sentence. */
const MAX_ANSWER_BYTES = 64 * 1024

/** Posts to one endpoint of OTLP/HTTP over connections that are kept. */
export function createHttpPost(endpoint: Endpoint): Post {
  const secure = endpoint.url.startsWith('https:')
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...certificatesOf(endpoint) })
    : new HttpAgent({ keepAlive: true })
  const headers = {
    'user-agent': USER_AGENT,
    ...endpoint.headers,
    'content-type':
      endpoint.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    ...(endpoint.gzip ? { 'content-encoding': 'gzip' } : {}),
  }

  return (body, timeoutMs) =>
    new Promise((resolve) => {
      const payload = endpoint.gzip ? gzipSync(body) : body
      const outgoing = (secure ? httpsRequest : httpRequest)(
        endpoint.url,
        {
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': payload.length },
          signal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))),
        },
        (response) => readAnswer(response, (answer) => resolve(judged(response, answer))),
      )
      outgoing.once('error', (error) =>
        resolve({ kind: 'later', retryAfterMs: undefined, answered: false, why: reasonOf(error) }),
      )
      outgoing.end(payload)
    })
}

/**
 * The body of an answer, or what came of it: who has said that the request was taken has taken it, even if the rest of
 * the sentence is lost. To send it again would have it twice.
 */
function readAnswer(response: IncomingMessage, done: (answer: Uint8Array) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  const finish = (): void => done(Buffer.concat(chunks))
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk)
    else response.destroy()
  })
  response.once('error', finish)
  response.once('close', finish)
}

function judged({ statusCode = 0, headers }: IncomingMessage, answer: Uint8Array): Posted {
  if (statusCode >= 200 && statusCode < 300) {
    return { kind: 'taken', ...readPartialSuccess(answer, headers['content-type'] ?? '') }
  }
  const why = `HTTP ${statusCode}`
  if (!RETRYABLE.has(statusCode)) return { kind: 'refused', why }
  const retryAfterMs = retryAfterOf(headers['retry-after'], headers.date)
  return { kind: 'later', retryAfterMs, answered: true, why }
}

/** Milliseconds of a `Retry-After` (RFC 9110, section 10.2.3); a date counts from that of the answer. */
function retryAfterOf(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/u.test(value)
    ? Number(value) * 1_000
    : Date.parse(value) - Date.parse(date ?? '')
  return ms >= 0 && ms < 2 ** 31 ? ms : undefined
}

/** A failure in a few words, without what may be a secret. */
export function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
