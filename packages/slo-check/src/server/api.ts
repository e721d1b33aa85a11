import { PromqlError, type InstantResult } from '@plimsoll/promql'
import type { Clock } from '../clock.ts'
import { SloCheckError } from '../error.ts'
import type { ServerAddress } from './address.ts'
import { answerOf } from './answer.ts'
import { createLanes } from './lanes.ts'
import { persistently, retryAfterMs, type Try } from './persistence.ts'
import {
  AnswerTooLarge,
  createTransport,
  type Certificates,
  type Reply,
  type Transport,
} from './transport.ts'
import { networkTrouble, replyTrouble, type Trouble } from './trouble.ts'

export interface Credentials {
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  /** What they are, in words, such as `bearer token`; null when there are none. */
  readonly named: string | null
  /** What no message may hold. */
  readonly secrets: readonly string[]
  readonly certificates: Certificates
}

export interface ApiOptions {
  readonly address: ServerAddress
  readonly credentials: Credentials
  /** Of one try of one query. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  /** Of one answer. @default 64 MiB */
  readonly maxBytes?: number
}

/** The HTTP API of a Prometheus-compatible server: at most four requests at once, each tried again where that may help. */
export interface PrometheusApi extends Disposable {
  /** The address, without secrets. */
  readonly base: string
  /** Aborted when the API is disposed of: nothing of its is waited for any more. */
  readonly closed: AbortSignal
  /**
   * The value of a query at a time in Unix seconds, with a lookback of five minutes whatever the server's own is.
   *
   * @throws PromqlError of kind `execution` when the server cannot evaluate the query
   * @throws SloCheckError `ERR_PLIMSOLL_SERVER` when it cannot be asked
   */
  query(query: string, time: number): Promise<InstantResult>
  /**
   * What a page of the API holds; null where the server has no such page, as hosted ones often do.
   *
   * @throws SloCheckError `ERR_PLIMSOLL_SERVER` when the server cannot be asked
   */
  page(path: string): Promise<Page | null>
}

export interface Page {
  readonly headers: Reply['headers']
  readonly data: unknown
}

const MAX_BYTES = 64 * 1024 * 1024
const MAX_AT_ONCE = 4
const LOOKBACK = '5m'

export function createApi(options: ApiOptions): PrometheusApi {
  const { address, credentials, maxBytes = MAX_BYTES } = options
  const transport = createTransport(credentials.certificates, maxBytes)
  const closed = new AbortController()
  const lanes = createLanes(MAX_AT_ONCE)
  const client: Client = { ...options, maxBytes, transport, closed: closed.signal }
  const ask: Ask = (path, form, read) =>
    persistently({ ...options, signal: closed.signal }, () =>
      tryOnce(client, () => lanes(() => exchange(client, path, form)), read),
    )
  return {
    base: address.base,
    closed: closed.signal,
    query: (query, time) => {
      const form = queryForm(query, time, options.timeoutMs)
      const asked = { base: address.base, credentials: credentials.named }
      return ask('query', form, (reply) => answerOf(reply) ?? replyTrouble(reply, asked))
    },
    page: (path) => ask(path, null, pageOf),
    [Symbol.dispose]: () => {
      closed.abort(new Error('the source was disposed of'))
      transport[Symbol.dispose]()
    },
  }
}

interface Client extends ApiOptions {
  readonly maxBytes: number
  readonly transport: Transport
  readonly closed: AbortSignal
}

type Ask = <Value>(
  path: string,
  form: URLSearchParams | null,
  read: (reply: Reply) => Value | Trouble,
) => Promise<Value>

async function exchange(
  { address, credentials, timeoutMs, clock, transport, closed }: Client,
  path: string,
  form: URLSearchParams | null,
): Promise<Reply> {
  using limit = clock.limit(timeoutMs)
  try {
    return await transport.exchange({
      method: form === null ? 'GET' : 'POST',
      url: `${address.base}/api/v1/${path}`,
      headers: headersFor(credentials, form),
      body: form?.toString() ?? '',
      signal: AbortSignal.any([limit.signal, closed]),
    })
  } catch (error) {
    throw limit.signal.aborted ? new Late() : error
  }
}

async function tryOnce<Value>(
  client: Client,
  send: () => Promise<Reply>,
  read: (reply: Reply) => Value | Trouble,
): Promise<Try<Value>> {
  try {
    const reply = await send()
    const value = read(reply)
    if (!isTrouble(value)) return { state: 'done', value }
    return failed(client, value, retryAfterMs(reply.headers['retry-after'], client.clock))
  } catch (error) {
    if (client.closed.aborted) throw error
    if (error instanceof PromqlError)
      throw new PromqlError(error.kind, clean(error.message, client), { cause: error })
    if (error instanceof AnswerTooLarge) throw tooLarge(client.maxBytes)
    const trouble = error instanceof Late ? lateness(client.timeoutMs) : networkTrouble(error)
    return failed(client, trouble, null)
  }
}

/** The error of a trouble, with no secret in it. */
function failed(client: Client, trouble: Trouble, waitMs: number | null): Try<never> {
  const wanted =
    waitMs !== null && waitMs > client.timeoutMs
      ? `; it asks to wait ${Math.ceil(waitMs / 1000)} s, which is longer than --timeout`
      : ''
  const error = (tries: number): SloCheckError => {
    const tried = tries === 1 ? '' : ` (tried ${tries} times)`
    const text = `the server ${client.address.base} cannot be asked: ${trouble.message}${wanted}${tried}`
    return new SloCheckError('ERR_PLIMSOLL_SERVER', clean(text, client))
  }
  return { state: 'failed', again: trouble.again, waitMs, error }
}

/** A server may repeat what it was sent. */
function clean(text: string, { credentials }: Client): string {
  return credentials.secrets.reduce((all, secret) => all.replaceAll(secret, '***'), text)
}

function queryForm(query: string, time: number, timeoutMs: number): URLSearchParams {
  return new URLSearchParams({
    query,
    time: time.toFixed(3),
    timeout: `${timeoutMs}ms`,
    lookback_delta: LOOKBACK,
    // Thanos and VictoriaMetrics answer from the parts of a store that are there otherwise.
    partial_response: 'false',
    deny_partial_response: '1',
    // VictoriaMetrics moves a recent time into the past otherwise.
    nocache: '1',
  })
}

class Late extends Error {}

function headersFor(
  credentials: Credentials,
  form: URLSearchParams | null,
): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': 'slo-check',
    ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...credentials.headers,
  }
}

function isTrouble(value: unknown): value is Trouble {
  return typeof value === 'object' && value !== null && 'again' in value
}

/** A page that is refused is one that cannot be had; the queries will tell what the refusal means. */
function pageOf({ status, headers, body }: Reply): Page | null | Trouble {
  if ([429, 502, 503, 504].includes(status)) return { message: `HTTP ${status}`, again: true }
  if (status !== 200) return null
  try {
    return { headers, data: (JSON.parse(body) as { data?: unknown } | null)?.data ?? null }
  } catch {
    return null
  }
}

function tooLarge(maxBytes: number): PromqlError {
  return new PromqlError(
    'execution',
    `the answer is longer than ${maxBytes / 1024 / 1024} MiB: select fewer series, or put sum(…) around them`,
  )
}

function lateness(timeoutMs: number): Trouble {
  const message = `it did not answer within ${timeoutMs / 1000} s: give it longer with --timeout, or look less far back with --lookback`
  return { message, again: true }
}
