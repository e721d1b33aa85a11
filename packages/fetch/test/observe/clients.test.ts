import { once } from 'node:events'
import {
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
import { INSTRUMENTS } from '@plimsoll/semconv'
import { createCells, createRecorder } from '@plimsoll/telemetry'
import axios from 'axios'
import got from 'got'
import {
  Agent,
  Client,
  Dispatcher1Wrapper,
  EventSource,
  pipeline,
  request,
  RetryAgent,
  stream,
} from 'undici'
import { Agent as Agent7, fetch as fetch7, request as request7 } from 'undici-7'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFetch, observeClients, observeFetch } from '../../src/index.ts'
import { ok, rejectionOf, startOrigin, status, type Origin } from '../origin.ts'
import { answer, toldBy } from './told.ts'

let origin: Origin
let recorder: MemoryRecorder
observeClients({ recorder: { record: (record) => recorder.record(record) } })

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

const told = (): string[] => toldBy(recorder)

const get = (options: RequestOptions = {}): ClientRequest =>
  httpRequest(`${origin.base}/a?secret=1`, options)

test('a path that begins with two slashes is no host', async () => {
  origin.on('//other.test/a', ok())
  await (await request(`${origin.base}//other.test/a`)).body.text()
  await answer(httpRequest(`${origin.base}//other.test/a`))

  const asked = { address: '127.0.0.1', port: origin.port }
  expect(recorder.of('attempt').map(({ subject }) => subject)).toEqual([asked, asked])
  expect(recorder.of('call').map(({ subject }) => subject)).toEqual([asked, asked])
})

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

test('an event source counts once for each connection, by its answer', async () => {
  origin.on('/events', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: x\n\n')
  })
  const source = new EventSource(`${origin.base}/events`)
  await new Promise((resolve) => {
    source.addEventListener('message', resolve)
  })
  source.close()

  expect(told()).toEqual(['call_start', 'attempt GET 200', 'call GET 200'])
})

test('what repeats below a fetch makes attempts of its call, and calls where there is no fetch', async () => {
  const agent = new RetryAgent(new Agent(), { minTimeout: 1, statusCodes: [503] })
  origin.on('/flaky', status(503), ok())
  await (await request(`${origin.base}/flaky`, { dispatcher: agent })).body.text()
  expect(recorder.of('call').map((call) => call.status)).toEqual([503, 200])

  recorder.clear()
  origin.on('/flaky', status(503), ok())
  const init: object = { dispatcher: new Dispatcher1Wrapper(agent) }
  const fetch = observeFetch(globalThis.fetch, { recorder })
  await (await fetch(`${origin.base}/flaky`, init)).text()

  expect(told()).toEqual(['call_start', 'attempt GET 503', 'attempt GET 200', 'call GET 200'])
  await agent.close()
})

test('a role that a program puts on Object.prototype is no label of any call', async () => {
  const cells = createCells()
  const measured = createRecorder({ measures: cells.measures })
  const observed = observeFetch(globalThis.fetch, { recorder })
  const path = join(tmpdir(), `plimsoll-role-${process.pid}.sock`)
  const local = createServer((_, response) => response.end()).listen(path)
  await once(local, 'listening')
  const prototype = Object.prototype as { role?: string }
  prototype.role = 'inherited'
  try {
    await answer(get())
    await answer(httpRequest({ socketPath: path, path: '/a' }))
    await (await request(`${origin.base}/a`)).body.text()
    await (await observed(`${origin.base}/a`)).text()
    await rejectionOf(observed('no url'))
    for (const record of recorder.records) measured.record(record)
  } finally {
    delete prototype.role
  }
  local.close()

  expect(recorder.of('call')).toHaveLength(5)
  const metrics = JSON.stringify(cells.collect())
  expect(metrics).toContain(INSTRUMENTS.callDuration.name)
  expect(metrics).not.toContain('inherited')
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
