import { PromqlError, type InstantResult } from '@plimsoll/promql'
import type { Clock } from '../clock.ts'
import { SloCheckError } from '../error.ts'
import type { ServerAddress } from './address.ts'
import { answerOf } from './answer.ts'
import { createLanes } from './lanes.ts'
import { persistently, retryAfterMs, type Try } from './persistence.ts'
import { AnswerTooLarge, createTransport, type Certificates, type Reply } from './transport.ts'
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
  const { timeoutMs, clock } = options
  const { base } = options.address
  const maxBytes = options.maxBytes ?? MAX_BYTES
  const transport = createTransport(options.credentials.certificates, maxBytes)
  const closed = new AbortController()
  const lanes = createLanes(MAX_AT_ONCE)
  const tell = teller(options)

  const exchange = async (path: string, form: URLSearchParams | null): Promise<Reply> => {
    const timer = new AbortController()
    const stop = AbortSignal.any([timer.signal, closed.signal])
    const late = clock.sleep(timeoutMs, stop).then(
      () => {
        timer.abort(new Late())
      },
      () => undefined,
    )
    try {
      return await transport.exchange({
        method: form === null ? 'GET' : 'POST',
        url: `${base}/api/v1/${path}`,
        headers: headersFor(options.credentials, form),
        body: form?.toString() ?? '',
        signal: stop,
      })
    } catch (error) {
      throw timer.signal.aborted ? timer.signal.reason : error
    } finally {
      timer.abort()
      await late
    }
  }

  const ask = async <Value>(
    path: string,
    form: URLSearchParams | null,
    read: (reply: Reply) => Value | Trouble,
  ): Promise<Value> =>
    persistently(options, async (): Promise<Try<Value>> => {
      try {
        const reply = await lanes(() => exchange(path, form))
        const value = read(reply)
        if (!isTrouble(value)) return { state: 'done', value }
        const waitMs = retryAfterMs(reply.headers['retry-after'], clock)
        return { state: 'failed', again: value.again, waitMs, error: tell(value, waitMs) }
      } catch (error) {
        if (error instanceof PromqlError || closed.signal.aborted) throw error
        if (error instanceof AnswerTooLarge) throw tooLarge(maxBytes)
        const trouble = error instanceof Late ? lateness(timeoutMs) : networkTrouble(error)
        return { state: 'failed', again: trouble.again, waitMs: null, error: tell(trouble, null) }
      }
    })

  return {
    base,
    query: (query, time) => {
      const form = new URLSearchParams({
        query,
        time: time.toFixed(3),
        timeout: `${timeoutMs}ms`,
        lookback_delta: LOOKBACK,
        // VictoriaMetrics moves a recent time into the past otherwise.
        nocache: '1',
      })
      return ask('query', form, (reply) => answerOf(reply) ?? replyTrouble(reply, asked(options)))
    },
    page: (path) => ask(path, null, pageOf),
    [Symbol.dispose]: () => {
      closed.abort(new Error('the source was disposed of'))
      transport[Symbol.dispose]()
    },
  }
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

function asked({ address, credentials }: ApiOptions): { base: string; credentials: string | null } {
  return { base: address.base, credentials: credentials.named }
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

/** Makes the error of a trouble, with no secret in it. */
function teller({ address, credentials, timeoutMs }: ApiOptions) {
  return (trouble: Trouble, waitMs: number | null) =>
    (tries: number): SloCheckError => {
      const wanted =
        waitMs !== null && waitMs > timeoutMs
          ? `; it asks to wait ${Math.ceil(waitMs / 1000)} s, which is longer than --timeout`
          : ''
      const tried = tries === 1 ? '' : ` (tried ${tries} times)`
      const text = `the server ${address.base} cannot be asked: ${trouble.message}${wanted}${tried}`
      const clean = credentials.secrets.reduce((all, secret) => all.replaceAll(secret, '***'), text)
      return new SloCheckError('ERR_PLIMSOLL_SERVER', clean)
    }
}
