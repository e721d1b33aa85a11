import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** What a flaky server knows of itself. */
export interface FlakyOrigin {
  readonly port: number
  /** Requests that came, by what became of them. */
  readonly ledger: ReadonlyMap<string, number>
  /** Connections that were open at once, at most. */
  mostConnections(): number
}

const PACKED = gzipSync('x'.repeat(5_000))

type Answer = (response: ServerResponse, count: number) => string

/** Each path fails in its own way, every so often; the answer names what the ledger is to count. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '/ok': (response) => {
    response.end('fine')
    return '200'
  },
  '/flaky': (response, count) => {
    const code = count % 3 === 0 ? 503 : 200
    response.writeHead(code, code === 503 ? { 'retry-after': '0' } : {}).end('x')
    return String(code)
  },
  '/reset': (response, count) => {
    if (count % 2 === 0) {
      response.end('this time')
      return '200'
    }
    response.socket?.destroy()
    return 'reset'
  },
  '/redirect': (response) => {
    response.writeHead(302, { location: '/ok' }).end()
    return '302'
  },
  '/packed': (response) => {
    response.setHeader('content-encoding', 'gzip').end(PACKED)
    return '200'
  },
  '/cached': (response) => {
    response.setHeader('cache-control', 'max-age=1').setHeader('etag', '"a"').end('kept')
    return '200'
  },
  '/large': (response) => {
    response.end(Buffer.alloc(200_000, 'x'))
    return '200'
  },
  '/short': (response) => {
    response.writeHead(200, { 'content-length': 1_000 }).flushHeaders()
    response.write('short')
    setImmediate(() => response.destroy())
    return '200'
  },
  '/refused': (response) => {
    response.writeHead(429, { 'retry-after': '0' }).end()
    return '429'
  },
}

/** Listens on every address of the loopback range, each of which is a host of its own to the program. */
export async function startFlakyOrigin(): Promise<FlakyOrigin> {
  const ledger = new Map<string, number>()
  // A connection that the server closes as a request comes on it would be an attempt that nobody counts.
  const server = createServer({ keepAliveTimeout: 0 }, (request: IncomingMessage, response) => {
    request.resume()
    // Not before all is read: a connection that breaks with bytes unread takes the answer along.
    request.once('end', () => {
      let count = 0
      for (const seen of ledger.values()) count += seen
      const answer = ANSWERS[request.url?.split('?')[0] ?? '']
      const what = answer === undefined ? 'unknown' : answer(response, count)
      ledger.set(what, (ledger.get(what) ?? 0) + 1)
    })
  })
  let open = 0
  let most = 0
  server.on('connection', (socket) => {
    most = Math.max(most, ++open)
    socket.once('close', () => open--)
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    ledger,
    mostConnections: () => most,
  }
}
