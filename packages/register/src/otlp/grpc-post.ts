import type * as Http2 from 'node:http2'
import { gunzipSync, gzipSync } from 'node:zlib'
import { certificatesOf } from './certificates.ts'
import { readStatus, statusOfHttp, type GrpcStatus } from './grpc-status.ts'
import { readPartialSuccess } from './partial-success.ts'
import { reasonOf, USER_AGENT, type Post, type Posted } from './post.ts'
import type { Endpoint } from './thread-data.ts'

// One unary call is all that OTLP wants of gRPC: a message with five bytes before it, by HTTP/2, and a status in the
// trailers. Node speaks HTTP/2; a library for the whole of gRPC would be 27 packages more in every installation.

/** More of an answer is not read: a partial success is one number and one sentence. */
const MAX_ANSWER_BYTES = 64 * 1024
const PREFIX_BYTES = 5

/** Makes posts to endpoints of OTLP/gRPC, those of one server over one connection. */
export function createGrpcPosts(): (endpoint: Endpoint) => Post {
  const connections = new Map<string, () => Connection>()
  return (endpoint) => {
    const { url, caFile, certFile, keyFile } = endpoint
    const key = JSON.stringify([new URL(url).origin, caFile, certFile, keyFile])
    const connect = connections.get(key) ?? keptConnection(endpoint)
    connections.set(key, connect)
    return grpcPost(endpoint, connect)
  }
}

interface Connection {
  readonly session: Http2.ClientHttp2Session
  /** What ended it, where something did. */
  fault: Error | undefined
  /** Makes the next request open another. */
  leave(): void
}

/** The connection to a server: the one that is open, or a new one. */
function keptConnection(endpoint: Endpoint): () => Connection {
  // Loaded only here: who pushes by HTTP pays nothing for it.
  const http2 = process.getBuiltinModule('node:http2')
  const { origin } = new URL(endpoint.url)
  const certificates = certificatesOf(endpoint)
  let open: Connection | undefined
  return () => {
    if (open !== undefined && !open.session.closed && !open.session.destroyed) return open
    const session = http2.connect(origin, certificates)
    const connection: Connection = {
      session,
      fault: undefined,
      leave() {
        if (open === connection) open = undefined
        session.close()
      },
    }
    session.on('error', (error) => {
      connection.fault = error
    })
    // A server that goes away finishes what it has taken, and takes no more.
    session.once('goaway', () => connection.leave())
    session.once('close', () => connection.leave())
    open = connection
    return connection
  }
}

function grpcPost({ url, headers, gzip }: Endpoint, connect: () => Connection): Post {
  const fixed = {
    'user-agent': USER_AGENT,
    ...headers,
    ':method': 'POST',
    ':path': new URL(url).pathname,
    te: 'trailers',
    'content-type': 'application/grpc',
    'grpc-accept-encoding': 'identity,gzip',
    ...(gzip ? { 'grpc-encoding': 'gzip' } : {}),
  }
  return (body, timeoutMs) =>
    new Promise((resolve) => {
      const ms = Math.max(1, Math.ceil(timeoutMs))
      const connection = connect()
      const stream = streamOn(connection, { ...fixed, 'grpc-timeout': grpcTimeout(ms) })
      if (stream instanceof Error) {
        connection.leave()
        resolve(unsent(stream))
        return
      }
      const timer = setTimeout(() => {
        // Whoever does not answer on this connection may do so on another.
        connection.leave()
        stream.destroy(new DOMException('no answer', 'TimeoutError'))
      }, ms)
      void answerOf(stream, connection).then((posted) => {
        clearTimeout(timer)
        resolve(posted)
      })
      stream.end(framed(body, gzip))
    })
}

/** A stream for a request, or why there is none. */
function streamOn(
  { session }: Connection,
  headers: Http2.OutgoingHttpHeaders,
): Http2.ClientHttp2Stream | Error {
  try {
    return session.request(headers)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** A request that did not leave: its headers are none that HTTP/2 allows, or the connection has just gone. */
function unsent(error: Error): Posted {
  const why = reasonOf(error)
  return ['ERR_HTTP2_INVALID_SESSION', 'ERR_HTTP2_GOAWAY_SESSION'].includes(why)
    ? { kind: 'later', retryAfterMs: undefined, answered: false, why }
    : { kind: 'refused', why }
}

/** At most eight digits and a unit. */
function grpcTimeout(ms: number): string {
  return ms < 1e8 ? `${ms}m` : `${Math.ceil(ms / 1_000)}S`
}

function framed(body: Uint8Array, gzip: boolean): Buffer {
  const message = gzip ? gzipSync(body) : body
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt8(gzip ? 1 : 0)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** What came of a request, once its stream has ended in whatever way. */
function answerOf(stream: Http2.ClientHttp2Stream, connection: Connection): Promise<Posted> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let answered: Http2.IncomingHttpHeaders & Http2.IncomingHttpStatusHeader = {}
    let status: GrpcStatus | undefined
    let fault: Error | undefined
    stream.on('response', (headers) => {
      answered = headers
      status = readStatus(headers)
    })
    stream.on('trailers', (trailers) => {
      status = readStatus(trailers)
    })
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk)
    })
    stream.on('error', (error) => {
      fault = error
    })
    stream.once('close', () => {
      const http = answered[':status']
      status ??= http === undefined || http === 200 ? undefined : statusOfHttp(http)
      if (status !== undefined) {
        resolve(judged(status, Buffer.concat(chunks), answered['grpc-encoding'] === 'gzip'))
        return
      }
      // A stream that is cancelled because its connection failed says so in its cause, or the connection knows.
      const cause = fault?.cause instanceof Error ? fault.cause : undefined
      const why = fault?.name === 'TimeoutError' ? fault : (cause ?? connection.fault ?? fault)
      resolve({
        kind: 'later',
        retryAfterMs: undefined,
        answered: http !== undefined,
        why: why === undefined ? 'the connection ended' : reasonOf(why),
      })
    })
  })
}

function judged(
  { code, isRetryable, retryAfterMs }: GrpcStatus,
  answer: Uint8Array,
  isGzip: boolean,
): Posted {
  if (code === 'OK') {
    const message = messageOf(answer, isGzip)
    return { kind: 'taken', ...readPartialSuccess(message, 'application/x-protobuf') }
  }
  return isRetryable
    ? { kind: 'later', retryAfterMs, answered: true, why: code }
    : { kind: 'refused', why: code }
}

/** The first message of an answer; nothing where it is cut short: who has said OK has taken the request. */
function messageOf(answer: Uint8Array, isGzip: boolean): Uint8Array {
  const frame = Buffer.from(answer)
  if (frame.length < PREFIX_BYTES) return new Uint8Array()
  const message = frame.subarray(PREFIX_BYTES, PREFIX_BYTES + frame.readUInt32BE(1))
  if (frame.readUInt8() === 0) return message
  try {
    return isGzip ? gunzipSync(message) : new Uint8Array()
  } catch {
    // Damaged on its way: it says nothing.
    return new Uint8Array()
  }
}
