import { createServer } from 'node:http2'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { Metadata, status as Status } from '@grpc/grpc-js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addressOf } from '../../src/otlp/address.ts'
import { createGrpcPosts } from '../../src/otlp/grpc-post.ts'
import type { Endpoint } from '../../src/otlp/thread-data.ts'
import { startGrpcCollector, type GrpcAnswer } from '../support/grpc-collector.ts'

const BODY = new Uint8Array([10, 3, 1, 2, 3])
const LONG_MS = 30_000

function endpointAt(
  url: string,
  more: Partial<Endpoint> = {},
  signal: 'logs' | 'metrics' = 'logs',
) {
  const address = { name: '', value: url, own: false }
  return {
    protocol: 'grpc',
    url: addressOf(signal, 'grpc', address, true) ?? '',
    headers: {},
    timeoutMs: LONG_MS,
    gzip: false,
    ...more,
  } as const
}

/** `google.rpc.Status` with a RetryInfo of so long, as it stands in the trailers. */
function retryInfo(seconds: number, nanos: number): Metadata {
  const field = (number: number, bytes: Uint8Array): number[] => [
    number * 8 + 2,
    bytes.length,
    ...bytes,
  ]
  const varint = (number: number, value: number): number[] => {
    const bytes = [number * 8]
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
    return [...bytes, rest]
  }
  const duration = Uint8Array.from([...varint(1, seconds), ...varint(2, nanos)])
  const any = Uint8Array.from([
    ...field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    ...field(2, Uint8Array.from(field(1, duration))),
  ])
  const other = Uint8Array.from(field(1, Buffer.from('type.googleapis.com/google.rpc.Help')))
  const metadata = new Metadata()
  metadata.set(
    'grpc-status-details-bin',
    Buffer.from([...varint(1, 8), ...field(3, other), ...field(3, any)]),
  )
  return metadata
}

async function postTo(answer: GrpcAnswer, more: Partial<Endpoint> = {}) {
  const collector = await startGrpcCollector({ answer })
  const posted = await createGrpcPosts()(endpointAt(collector.url, more))(BODY, LONG_MS)
  return { posted, collector }
}

describe('a request by gRPC', () => {
  test('arrives whole with its metadata, and is taken', async () => {
    const { posted, collector } = await postTo((_, done) => done(null, Buffer.alloc(0)), {
      headers: { 'x-key': 'a b' },
    })

    expect(posted).toEqual({ kind: 'taken', rejected: 0, why: '' })
    expect(collector.received).toMatchObject([
      { signal: 'logs', body: Buffer.from(BODY), metadata: { 'x-key': 'a b' } },
    ])
  })

  test('arrives compressed as well', async () => {
    const { posted, collector } = await postTo((_, done) => done(null, Buffer.alloc(0)), {
      gzip: true,
    })

    expect(posted.kind).toBe('taken')
    expect(collector.received[0]?.body).toEqual(Buffer.from(BODY))
  })

  test('that is taken in part says how much is not, and why', async () => {
    const { posted } = await postTo((_, done) =>
      done(null, Buffer.from([10, 7, 8, 2, 18, 3, 98, 97, 100])),
    )

    expect(posted).toEqual({ kind: 'taken', rejected: 2, why: 'bad' })
  })

  test('whose metadata HTTP/2 does not allow is refused', async () => {
    const { posted, collector } = await postTo((_, done) => done(null, Buffer.alloc(0)), {
      headers: { connection: 'keep-alive' },
    })

    expect(posted).toEqual({ kind: 'refused', why: 'ERR_HTTP2_INVALID_CONNECTION_HEADERS' })
    expect(collector.received).toEqual([])
  })
})

describe('a status is told', () => {
  test.each([
    ['CANCELLED', 'later'],
    ['UNKNOWN', 'refused'],
    ['INVALID_ARGUMENT', 'refused'],
    ['DEADLINE_EXCEEDED', 'later'],
    ['NOT_FOUND', 'refused'],
    ['ALREADY_EXISTS', 'refused'],
    ['PERMISSION_DENIED', 'refused'],
    ['RESOURCE_EXHAUSTED', 'refused'],
    ['FAILED_PRECONDITION', 'refused'],
    ['ABORTED', 'later'],
    ['OUT_OF_RANGE', 'later'],
    ['UNIMPLEMENTED', 'refused'],
    ['INTERNAL', 'refused'],
    ['UNAVAILABLE', 'later'],
    ['DATA_LOSS', 'later'],
    ['UNAUTHENTICATED', 'refused'],
  ] as const)('%s: %s', async (name, kind) => {
    const { posted } = await postTo((_, done) => done({ code: Status[name] }))

    const later = { kind, why: name, answered: true, retryAfterMs: undefined }
    expect(posted).toEqual(kind === 'later' ? later : { kind, why: name })
  })

  test('with the time that the server wants to be left alone, even where it is exhausted', async () => {
    const { posted } = await postTo((_, done) =>
      done({ code: Status.RESOURCE_EXHAUSTED, metadata: retryInfo(200, 500_000_000) }),
    )

    expect(posted).toEqual({
      kind: 'later',
      why: 'RESOURCE_EXHAUSTED',
      answered: true,
      retryAfterMs: 200_500,
    })
  })

  test('without its details where those are damaged', async () => {
    const metadata = new Metadata()
    metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff]))
    const { posted } = await postTo((_, done) => done({ code: Status.UNAVAILABLE, metadata }))

    expect(posted).toMatchObject({ kind: 'later', why: 'UNAVAILABLE', retryAfterMs: undefined })
  })

  test.each([
    [503, 'later', 'UNAVAILABLE'],
    [404, 'refused', 'UNIMPLEMENTED'],
    [401, 'refused', 'UNAUTHENTICATED'],
  ])('of a server that speaks HTTP %d alone: %s', async (status, kind, why) => {
    const server = createServer((_, response) => {
      response.writeHead(status)
      response.end('no gRPC here')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo

    const posted = await createGrpcPosts()(endpointAt(`http://127.0.0.1:${port}`))(BODY, LONG_MS)

    expect(posted).toMatchObject({ kind, why })
  })
})

describe('a connection', () => {
  test('is shared by the signals of one server', async () => {
    const { received, url } = await startGrpcCollector()
    const createPost = createGrpcPosts()
    await createPost(endpointAt(url))(BODY, LONG_MS)
    await createPost(endpointAt(url, {}, 'metrics'))(BODY, LONG_MS)

    expect(received.map(({ signal }) => signal)).toEqual(['logs', 'metrics'])
    expect(new Set(received.map(({ peer }) => peer)).size).toBe(1)
  })

  test('is opened anew after the server was restarted', async () => {
    const first = await startGrpcCollector()
    const post = createGrpcPosts()(endpointAt(first.url))
    await post(BODY, LONG_MS)
    first.stop()
    const down = await post(BODY, LONG_MS)
    const second = await startGrpcCollector({ port: first.port })

    expect(down).toMatchObject({ kind: 'later', answered: false })
    expect(await post(BODY, LONG_MS)).toMatchObject({ kind: 'taken' })
    expect(second.received).toHaveLength(1)
  })

  test('that nobody accepts is told by its code', async () => {
    const collector = await startGrpcCollector()
    collector.stop()
    const posted = await createGrpcPosts()(endpointAt(collector.url))(BODY, LONG_MS)

    expect(posted).toEqual({
      kind: 'later',
      retryAfterMs: undefined,
      answered: false,
      why: 'ECONNREFUSED',
    })
  })

  test('on which no answer comes is left, and the next request takes another', async () => {
    const sockets: Socket[] = []
    const server = createTcpServer((socket) => void sockets.push(socket.on('error', () => {})))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const post = createGrpcPosts()(endpointAt(`http://127.0.0.1:${port}`))

    const posted = await post(BODY, 30)
    await post(BODY, 30)

    expect(posted).toEqual({
      kind: 'later',
      retryAfterMs: undefined,
      answered: false,
      why: 'no answer in time',
    })
    expect(sockets).toHaveLength(2)
  })
})
