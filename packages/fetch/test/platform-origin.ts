import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

/** A server of its own for the platform cases: every path behaves in one way, and says what it was sent. */
export interface PlatformOrigin {
  readonly base: string
  close(): Promise<void>
}

export async function startPlatformOrigin(): Promise<PlatformOrigin> {
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { base: `http://127.0.0.1:${port}`, close: () => closed(server) }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
}

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/echo': echo,
  '/text': (_, response) => void response.end('hello'),
  '/status': (_, response, url) => {
    response.statusCode = Number(url.searchParams.get('code'))
    response.end()
  },
  '/redirect': (_, response, url) => {
    const code = Number(url.searchParams.get('code') ?? 302)
    response.writeHead(code, { location: url.searchParams.get('to') ?? '/echo' }).end()
  },
  '/loop': (_, response) => void response.writeHead(302, { location: '/loop' }).end(),
  '/encoded': (_, response, url) => {
    const how = url.searchParams.get('how') ?? 'gzip'
    const encode = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[how]
    const body = encode?.('a compressed body') ?? Buffer.alloc(0)
    response.writeHead(200, { 'content-encoding': how, 'content-length': body.length }).end(body)
  },
  '/large': (_, response, url) => {
    response.end(Buffer.alloc(Number(url.searchParams.get('bytes')), 'x'))
  },
  '/trickle': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('first')
    // The rest never comes; whoever wants it has to give up.
  },
  '/hang': () => {},
  '/reset': (request) => void request.socket.destroy(),
  '/early-end': (_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' })
    response.write('part')
    setImmediate(() => response.destroy())
  },
  '/headers': (_, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    response.setHeader('x-answer', 'yes')
    response.end()
  },
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://origin.test')
  const handler = ANSWERS[url.pathname]
  if (handler === undefined) response.writeHead(404).end('nothing here')
  else await handler(request, response, url)
}

/** What of a request the program decides; the rest is the HTTP client's own. */
const SHOWN = ['content-type', 'content-length', 'transfer-encoding', 'x-own', 'authorization']

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => SHOWN.includes(name))
      .map(([name, value]) => [name, withoutBoundary(String(value))]),
  )
  const body = withoutBoundary(Buffer.concat(chunks).toString())
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      method: request.method,
      url: request.url,
      headers,
      body,
      names: Object.keys(request.headers).sort(),
    }),
  )
}

function withoutBoundary(text: string): string {
  return text.replaceAll(/-+formdata-undici-\d+/gu, 'BOUNDARY')
}
