import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { gzip } from 'node:zlib'
import { systemClock } from '@plimsoll/policies'
import { CONTENT_TYPES, negotiate } from './accept.ts'
import { openChannel } from './channel.ts'
import { createGathering } from './gathering.ts'
import { textOf } from './text.ts'
import type { FromServer, ServerData } from './server.ts'

// Metrics are served by a thread of our own: the program's `http` is not the one that is used here, so neither its
// instrumentations nor its list of what is open know of it.

/** What Prometheus gives a scrape when it does not say. */
const SCRAPE_MS = 10_000

const { host, port } = workerData as ServerData
const post = openChannel((message) => gathering.heard(message))
const gathering = createGathering({ post, clock: systemClock })
const tell = (message: FromServer): void => parentPort?.postMessage(message, [])

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.destroy(error instanceof Error ? error : undefined)
  })
})
server.once('error', (error: NodeJS.ErrnoException) =>
  tell({ kind: 'failed', code: error.code ?? error.message }),
)
server.listen({ host, port, exclusive: true }, () => {
  post({ kind: 'who' })
  tell({ kind: 'listening', port: (server.address() as AddressInfo).port })
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('metrics are at /metrics\n')
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const exposition = negotiate(request.headers.accept)
  const families = await gathering.gather(exposition, deadlineOf(request))
  if (families === undefined) {
    response
      .writeHead(503, { 'content-type': 'text/plain' })
      .end('the event loop of the program is busy: it gave no metrics in time\n')
    return
  }
  const headers = { 'content-type': CONTENT_TYPES[exposition], vary: 'accept, accept-encoding' }
  const body = Buffer.from(textOf(families, exposition))
  if (!takesGzip(request)) {
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body)
    return
  }
  const packed = await new Promise<Buffer>((resolve, reject) => {
    gzip(body, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error)))
  })
  response
    .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': packed.length })
    .end(packed)
}

/** A little less than the scraper waits. */
function deadlineOf({ headers }: IncomingMessage): number {
  const seconds = Number(headers['x-prometheus-scrape-timeout-seconds'])
  return (seconds > 0 && seconds < 3_600 ? seconds * 1_000 : SCRAPE_MS) * 0.9
}

/** Whether gzip is named, and not to be refused (RFC 9110, section 12.5.3). */
function takesGzip({ headers }: IncomingMessage): boolean {
  const accepted = headers['accept-encoding'] ?? ''
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\s*(?:,|$))/u.test(accepted)
}
