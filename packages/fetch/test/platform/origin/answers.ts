import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { echo, received, sendJson } from './echo.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>

const ENCODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gzipSync(body),
  'x-gzip': (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
  'deflate-raw': (body) => deflateRawSync(body),
  br: (body) => brotliCompressSync(body),
  zstd: (body) => zstdCompressSync(body),
}

/** Bytes of the answers that never end, and whether they were given up, by the id that the request gave. */
const endless = new Map<string, { bytes: number; closed: boolean }>()
const asked = new Map<string, number>()
const moments = new Map<string, PromiseWithResolvers<void>>()
const requestsOf = new WeakMap<Socket, number>()

/** Each path behaves in one way. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '/echo': echo,
  '/raw-headers': (request, response) => {
    const { rawHeaders } = request
    sendJson(response, rawHeaders)
  },
  // What the server is sent, or what stands in `bytes`, is its answer byte by byte.
  '/raw': async (request, { socket }, url) => {
    const { searchParams } = url
    const sent = await received(request)
    const given = searchParams.get('bytes')
    socket?.once('close', () => momentOf(url).resolve())
    socket?.write(given === null ? sent : Buffer.from(given, 'latin1'))
    if (!searchParams.has('hold')) socket?.end()
  },
  '/text': (_, response) => void response.end('hello'),
  '/status': (_, response, url) => {
    response.statusCode = Number(url.searchParams.get('code'))
    response.end()
  },
  '/redirect': (_, response, url) => {
    const code = Number(url.searchParams.get('code') ?? 302)
    response.writeHead(code, { location: url.searchParams.get('to') ?? '/echo' }).end()
  },
  // So many redirects more.
  '/hops': (_, response, url) => {
    const left = Number(url.searchParams.get('left'))
    if (left === 0) response.end('there')
    else response.writeHead(302, { location: `/hops?left=${left - 1}` }).end()
  },
  '/loop': (_, response) => void response.writeHead(302, { location: '/loop' }).end(),
  '/encoded': (_, response, url) => {
    const how = url.searchParams.get('how') ?? 'gzip'
    const sent = url.searchParams.get('as') ?? how
    const plain = Buffer.from('a compressed body')
    const body = how
      .split(',')
      .reduce<Buffer>((bytes, name) => ENCODERS[name.trim().toLowerCase()]?.(bytes) ?? bytes, plain)
    const cut = body.subarray(0, Number(url.searchParams.get('cut') ?? body.length))
    const tail = Buffer.from(url.searchParams.get('tail') ?? '')
    response.writeHead(200, { 'content-encoding': sent })
    response.end(Buffer.concat([cut, tail]))
  },
  '/large': (_, response, url) => {
    response.end(Buffer.alloc(Number(url.searchParams.get('bytes')), 'x'))
  },
  '/trickle': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('first')
    // The rest never comes; whoever wants it has to give up.
  },
  '/endless': async (_, response, url) => {
    const state = { bytes: 0, closed: false }
    endless.set(url.searchParams.get('id') ?? '', state)
    const closed = once(response, 'close').then(() => {
      state.closed = true
    })
    const chunk = Buffer.alloc(65_536, 'x')
    while (!response.destroyed && state.bytes < 100_000_000) {
      state.bytes += chunk.length
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed])
    }
    response.destroy()
  },
  '/endless-state': (_, response, url) =>
    sendJson(response, endless.get(url.searchParams.get('id') ?? '') ?? null),
  '/hang': (_, __, url) => momentOf(url).resolve(),
  // Answers when a request with this id has come to hang, or the connection of a raw answer is closed.
  '/when': async (_, response, url) => {
    await momentOf(url).promise
    response.end()
  },
  // Takes the head of the request, and not one byte of its body.
  '/deaf': () => {},
  '/early': (_, response) => void response.end('answered before all was sent'),
  // Sends back each piece as it comes.
  '/mirror': (request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    response.flushHeaders()
    request.pipe(response)
  },
  '/reset': (request) => void request.socket.destroy(),
  // Ends a connection that was kept alive, as the next request comes on it.
  '/reset-if-reused': (request, response, url) => {
    const id = url.searchParams.get('id') ?? ''
    asked.set(id, (asked.get(id) ?? 0) + 1)
    if ((requestsOf.get(request.socket) ?? 0) > 1) request.socket.destroy()
    else response.end('a new connection')
  },
  '/count': (_, response, url) =>
    sendJson(response, asked.get(url.searchParams.get('id') ?? '') ?? 0),
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

function momentOf({ searchParams }: URL): PromiseWithResolvers<void> {
  const id = searchParams.get('id') ?? ''
  const moment = moments.get(id) ?? Promise.withResolvers<void>()
  moments.set(id, moment)
  return moment
}

export async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requestsOf.set(request.socket, (requestsOf.get(request.socket) ?? 0) + 1)
  const url = new URL(request.url ?? '/', 'http://origin.test')
  const handler = ANSWERS[url.pathname]
  if (handler === undefined) response.writeHead(404).end('nothing here')
  else await handler(request, response, url)
}
