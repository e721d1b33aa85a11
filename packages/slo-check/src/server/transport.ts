import http from 'node:http'
import https from 'node:https'

/** What TLS needs beyond the platform's own authorities: texts in PEM. */
export interface Certificates {
  /** Authorities that the server's certificate may be signed by. */
  readonly ca: string | null
  /** The certificate and key that this side shows. */
  readonly client: { readonly cert: string; readonly key: string } | null
}

interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of a POST. */
  readonly body: string
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Exchanges one request for one reply. Redirects are replies. */
export interface Transport extends Disposable {
  /** @throws what the network or TLS says, or AnswerTooLarge */
  exchange(request: Exchange): Promise<Reply>
}

/** The reply was longer than what is read at most. */
export class AnswerTooLarge extends Error {}

/** @param maxBytes of a reply; the rest is not waited for */
export function createTransport(certificates: Certificates, maxBytes: number): Transport {
  const { ca, client } = certificates
  const tls = { ...(ca === null ? {} : { ca }), ...client }
  const agents = {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true, ...tls }),
  }
  return {
    exchange: (exchange) =>
      new Promise((resolve, reject) => {
        const { method, url, headers, signal } = exchange
        const request = url.startsWith('https:')
          ? https.request(url, { method, headers, signal, agent: agents.https })
          : http.request(url, { method, headers, signal, agent: agents.http })
        request.on('error', reject)
        request.on('response', (response) => {
          readBody(response, maxBytes).then((body) => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
          }, reject)
        })
        request.end(exchange.body)
      }),
    [Symbol.dispose]: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    // Leaving the loop destroys the response, and its connection with it.
    if (length > maxBytes) throw new AnswerTooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
