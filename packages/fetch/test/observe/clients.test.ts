import { once } from 'node:events'
import {
  Agent as HttpAgent,
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import axios from 'axios'
import got from 'got'
import { Agent, Client, Dispatcher1Wrapper, pipeline, request, stream } from 'undici'
import { Agent as Agent7, fetch as fetch7, request as request7 } from 'undici-7'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFetch, observeClients, observeFetch } from '../../src/index.ts'
import {
  cut,
  hang,
  ok,
  rejectionOf,
  reset,
  startOrigin,
  status,
  until,
  type Origin,
} from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder
observeClients({ recorder: { record: (record) => recorder.record(record) } })

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

/** Each record by its kind, and for calls and attempts by how they ended. */
function told(): string[] {
  return recorder.records.map((record) =>
    record.kind === 'call' || record.kind === 'attempt'
      ? `${record.kind} ${record.method} ${record.status ?? record.errorType}`
      : record.kind,
  )
}

/** What `node:http` answers to one request, its body read. */
async function answer(sent: ClientRequest): Promise<IncomingMessage> {
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}

const get = (options: RequestOptions = {}): ClientRequest =>
  httpRequest(`${origin.base}/a?secret=1`, options)

describe('a call that no fetch makes is counted once, with its one attempt', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['undici 8 request', async () => (await request(`${origin.base}/a`)).body.text()],
    ['undici 7 request', async () => (await request7(`${origin.base}/a`)).body.text()],
    ['undici 7 fetch', async () => (await fetch7(`${origin.base}/a`)).text()],
    [
      'undici stream',
      () =>
        stream(
          `${origin.base}/a`,
          { method: 'GET' },
          () => new Writable({ write: (_, __, next) => next() }),
        ),
    ],
    [
      'undici pipeline',
      () =>
        pipeline(`${origin.base}/a`, { method: 'GET' }, ({ body }) => body)
          .end()
          .resume()
          .toArray(),
    ],
    [
      'an undici client',
      async () => {
        const client = new Client(origin.base)
        await (await client.request({ path: '/a', method: 'GET' })).body.text()
        await client.close()
      },
    ],
    ['node:http', () => answer(get())],
    ['got', () => got(`${origin.base}/a`).text()],
    ['axios on node:http', () => axios.get(`${origin.base}/a`)],
  ])('%s', async (_, call) => {
    await call()

    expect(told()).toEqual(['call_start', 'attempt GET 200', 'call GET 200'])
    expect(recorder.of('call')).toMatchObject([
      { subject: { address: '127.0.0.1', port: origin.port }, errorType: undefined },
    ])
    expect(recorder.of('attempt')).toMatchObject([
      { subject: { address: '127.0.0.1', port: origin.port } },
    ])
  })

  test('axios on an observed fetch', async () => {
    const fetch = observeFetch(globalThis.fetch, { recorder })

    await axios.get(`${origin.base}/a`, { adapter: 'fetch', env: { fetch } })

    expect(told()).toEqual(['call_start', 'attempt GET 200', 'call GET 200'])
  })

  test('each redirect and retry of a library is a call of its own', async () => {
    origin.on('/from', status(302, { location: '/flaky' }))
    origin.on('/flaky', status(503), ok())

    const text = await got(`${origin.base}/from`, {
      retry: { limit: 1, backoffLimit: 0 },
    }).text()

    expect(text).toBe('fine')
    expect(recorder.of('call').map((call) => call.status)).toEqual([302, 503, 200])
  })
})

describe('what our own fetch does is counted by it alone', () => {
  test('an observed one', async () => {
    origin.on('/from', status(302, { location: '/a' }))

    await (await observeFetch(globalThis.fetch, { recorder })(`${origin.base}/from`)).text()

    expect(told()).toEqual(['call_start', 'attempt GET 302', 'attempt GET 200', 'call GET 200'])
  })

  test('one under policies, and by a dispatcher of undici 7 or 8', async () => {
    for (const dispatcher of [undefined, new Agent(), new Agent7() as unknown as Agent]) {
      recorder.clear()
      const fetch = createFetch({ recorder, ...(dispatcher === undefined ? {} : { dispatcher }) })

      expect(await (await fetch(`${origin.base}/a`)).text()).toBe('fine')

      expect(told().filter((kind) => /^(?:call|attempt)/u.test(kind))).toEqual([
        'call_start',
        'attempt GET 200',
        'call GET 200',
      ])
      await dispatcher?.close()
    }
  })

  test.each([
    [
      'observed',
      (agent: Agent) => {
        const fetch = observeFetch(globalThis.fetch, { recorder })
        const init: object = { dispatcher: new Dispatcher1Wrapper(agent) }
        return (path: string) => fetch(`${origin.base}${path}`, init)
      },
    ],
    [
      'under policies',
      (agent: Agent) => {
        const fetch = createFetch({ recorder, dispatcher: agent })
        return (path: string) => fetch(`${origin.base}${path}`)
      },
    ],
  ])('one that waits in a full pool, %s', async (_, make) => {
    const agent = new Agent({ connections: 2, pipelining: 1 })
    const call = make(agent)
    const paths = Array.from({ length: 20 }, (__, index) => `/${index}`)
    for (const [index, path] of paths.entries()) origin.on(path, status(200 + (index % 2)))

    const codes = await Promise.all(
      paths.map(async (path) => {
        const response = await call(path)
        await response.text()
        return response.status
      }),
    )

    const statuses = (kind: 'call' | 'attempt') =>
      recorder
        .of(kind)
        .map((record) => String(record.status))
        .toSorted()
    expect(statuses('call')).toEqual(codes.map(String).toSorted())
    expect(statuses('attempt')).toEqual(codes.map(String).toSorted())
    await agent.close()
  })

  test('and others beside it keep their own', async () => {
    const fetch = observeFetch(globalThis.fetch, { recorder })
    const calls = Array.from({ length: 30 }, async (_, index) => {
      if (index % 3 === 0) return (await fetch(`${origin.base}/a`)).text()
      if (index % 3 === 1) return (await request(`${origin.base}/a`)).body.text()
      return answer(get())
    })

    await Promise.all(calls)

    expect(recorder.of('call')).toHaveLength(30)
    expect(recorder.of('attempt')).toHaveLength(30)
    expect(recorder.of('call_start')).toHaveLength(30)
  })
})

describe('node:http', () => {
  test('gets the same request and the same answer', async () => {
    await answer(get({ method: 'POST', headers: { 'x-own': '1' } }))

    expect(origin.seen).toMatchObject([{ method: 'POST', path: '/a' }])
    expect(Object.keys(origin.seen[0]?.headers ?? {})).toEqual([
      'x-own',
      'host',
      'connection',
      'content-length',
    ])
  })

  test('has no listener of ours on a request or its answer', async () => {
    const sent = get()
    expect(sent.eventNames()).toEqual([])
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    expect(response.eventNames().filter((name) => name !== 'end')).toEqual([])
    response.resume()
    await once(response, 'end')
  })

  test('tells the errors of the network by their codes', async () => {
    origin.on('/reset', reset)
    const port = origin.port

    await rejectionOf(answer(httpRequest({ port, path: '/reset' })))
    await rejectionOf(answer(httpRequest({ host: '127.0.0.1', port: 9 })))
    await rejectionOf(answer(httpRequest({ host: 'nowhere.invalid' })))

    expect(recorder.of('call').map(({ errorType }) => errorType)).toEqual([
      'ECONNRESET',
      'ECONNREFUSED',
      'ENOTFOUND',
    ])
  })

  test('tells who gave up, and why', async () => {
    origin.on('/a', hang)
    const start = async (options: RequestOptions, giveUp: (sent: ClientRequest) => void) => {
      const before = origin.count()
      const sent = get(options)
      const ended = rejectionOf(answer(sent))
      await until(() => origin.count() > before)
      giveUp(sent)
      await ended
    }
    const soon = new AbortController()

    await start({}, (sent) => sent.destroy())
    await start({}, (sent) => sent.destroy(new Error('enough')))
    await start({ signal: soon.signal }, () => soon.abort())
    await start({ signal: AbortSignal.timeout(50) }, () => {})
    await rejectionOf(axios.get(`${origin.base}/a`, { timeout: 50 }))
    await rejectionOf(
      got(`${origin.base}/a`, { timeout: { request: 50 }, retry: { limit: 0 } }).text(),
    )

    expect(recorder.of('call').map(({ errorType }) => errorType)).toEqual([
      'aborted',
      'aborted',
      'aborted',
      'timeout',
      'timeout',
      'timeout',
    ])
  })

  test('counts each request of a connection that is kept alive', async () => {
    const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 })

    for (let turn = 0; turn < 3; turn++) await answer(get({ agent }))

    expect(recorder.of('call')).toHaveLength(3)
    agent.destroy()
  })

  test('counts one that asks to go on once, by its answer', async () => {
    await answer(get({ method: 'POST', headers: { expect: '100-continue' } }))

    expect(told()).toEqual(['call_start', 'attempt POST 200', 'call POST 200'])
  })

  test('a body that is cut is an answer that came', async () => {
    origin.on('/cut', cut('x', 100))
    const sent = httpRequest(`${origin.base}/cut`).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    await rejectionOf(once(response, 'end'))

    expect(told()).toEqual(['call_start', 'attempt GET 200', 'call GET 200'])
  })

  test('a Host of the program’s own does not hide whom it asks, nor does a socket without a port', async () => {
    await answer(get({ headers: { host: 'virtual.test' } }))
    const path = join(tmpdir(), `plimsoll-${process.pid}.sock`)
    const server = createServer((_, response) => response.end())
    server.listen(path)
    await once(server, 'listening')
    await answer(httpRequest({ socketPath: path, path: '/a' }))
    server.close()

    expect(recorder.of('call').map(({ subject }) => [subject.address, subject.port])).toEqual([
      ['127.0.0.1', undefined],
      ['localhost', undefined],
    ])
  })
})

test('what is no exchange is not counted: a tunnel, a WebSocket, an upgrade', async () => {
  const server = createServer()
  const take = (_: IncomingMessage, socket: Socket): void => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
  }
  server.on('upgrade', take)
  server.on('connect', (_, near) => {
    const far = connect(origin.port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near).pipe(far)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const upgrade = httpRequest({ port, headers: { connection: 'upgrade', upgrade: 'x' } }).end()
  const [, upgraded] = (await once(upgrade, 'upgrade')) as [unknown, Socket]
  upgraded.destroy()
  const tunnel = httpRequest({ port, method: 'CONNECT', path: origin.host }).end()
  const [, socket] = (await once(tunnel, 'connect')) as [unknown, Socket]
  const socketUp = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(socketUp, 'error')
  expect(recorder.records).toEqual([])

  await answer(get({ createConnection: () => socket }))
  expect(told()).toEqual(['call_start', 'attempt GET 200', 'call GET 200'])
  server.closeAllConnections()
  server.close()
})

test('the requests of an exporter are nobody’s calls', async () => {
  const key = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
  const suppressed = ROOT_CONTEXT.setValue(key, true)
  const active = vi.spyOn(context, 'active').mockReturnValue(suppressed)

  await answer(get())
  await (await request(`${origin.base}/a`)).body.text()
  active.mockRestore()

  expect(recorder.records).toEqual([])
})
