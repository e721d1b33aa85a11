import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { PromqlError, createEngine } from '@plimsoll/promql'
import { otlpLines, type InstanceTruth } from '../otlp-lines.ts'

/** A request as it came. */
export interface Seen {
  readonly method: string
  /** Without the prefix, such as `query` or `status/flags`. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: unknown
  /** No answer at all. */
  readonly silent?: boolean
}

export interface FakeOptions {
  readonly truths?: readonly InstanceTruth[]
  /** Told each request first; what it gives is sent in place of the usual answer. */
  readonly answer?: (seen: Seen, before: readonly Seen[]) => Answer | undefined
  /** In front of `/api/v1`. */
  readonly prefix?: string
  readonly tls?: ServerOptions
}

export interface FakePrometheus extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly Seen[]
  /** Adds telemetry. */
  load(truths: readonly InstanceTruth[]): void
}

/** Pages of a Prometheus 3.15 that can do all that is needed. */
const PAGES: Readonly<Record<string, unknown>> = {
  'status/buildinfo': { version: '3.15.0' },
  'status/flags': {
    'config.file': 'prometheus.yml',
    'enable-feature': 'created-timestamp-zero-ingestion,promql-extended-range-selectors',
  },
  features: { scrape: { start_timestamp_zero_ingestion: true } },
}

/** A server that answers from the embedded engine, over real HTTP, at a port of its own. */
export async function fakePrometheus(options: FakeOptions = {}): Promise<FakePrometheus> {
  const { prefix = '', tls, answer = () => undefined } = options
  const engine = await createEngine()
  const load = (truths: readonly InstanceTruth[]): void => {
    for (const truth of truths) engine.load(otlpLines(truth).join('\n'))
  }
  load(options.truths ?? [])
  const seen: Seen[] = []
  const usual = ({ path, form }: Seen): Answer => {
    const page = PAGES[path]
    if (page !== undefined) return { body: { status: 'success', data: page } }
    if (path.startsWith('label/__name__/values'))
      return { body: { status: 'success', data: ['requests_total'] } }
    if (path !== 'query') return { status: 404, body: 'page not found' }
    try {
      const { warnings, infos, ...data } = engine.instant(
        form.get('query') ?? '',
        Number(form.get('time')),
      )
      return { body: { status: 'success', data, warnings, infos } }
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error
      const errorType = error.kind === 'parse' ? 'bad_data' : 'execution'
      const status = error.kind === 'parse' ? 400 : 422
      return { status, body: { status: 'error', errorType, error: error.message } }
    }
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void textOf(request).then((body) => {
      const url = request.url ?? ''
      const root = `${prefix}/api/v1/`
      const one: Seen = {
        method: request.method ?? '',
        path: url.startsWith(root) ? url.slice(root.length) : url,
        headers: request.headers,
        form: new URLSearchParams(body),
      }
      const before = [...seen]
      seen.push(one)
      const elsewhere = url.startsWith(root) ? usual(one) : { status: 404, body: 'page not found' }
      send(response, answer(one, before) ?? elsewhere)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${prefix}`,
    seen,
    load,
    [Symbol.asyncDispose]: async () => {
      engine[Symbol.dispose]()
      // First no new ones: a connection on its way would stay open.
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body, silent }: Answer,
): void {
  if (silent === true) return
  const isText = typeof body === 'string'
  response.writeHead(status, {
    'content-type': isText ? 'text/plain' : 'application/json',
    ...headers,
  })
  response.end(isText ? body : JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text
}
