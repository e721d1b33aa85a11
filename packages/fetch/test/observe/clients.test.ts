import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { createCells, createRecorder } from '@plimsoll/telemetry'
import axios from 'axios'
import got from 'got'
import { Client, EventSource, pipeline, request, stream } from 'undici'
import { fetch as fetch7, request as request7 } from 'undici-7'
import { describe, expect, test, vi } from 'vitest'
import { observeFetch } from '../../src/index.ts'
import { ok, rejectionOf, status } from '../origin.ts'
import { answer, get, origin, recorder, told } from './observed-clients.ts'

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
