import { once } from 'node:events'
import {
  Agent as HttpAgent,
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axios from 'axios'
import got from 'got'
import { describe, expect, test } from 'vitest'
import { cut, hang, rejectionOf, reset, until } from '../origin.ts'
import { answer, get, origin, recorder, told } from './observed-clients.ts'

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
    // It may be over before the request has come.
    await rejectionOf(answer(get({ signal: AbortSignal.timeout(50) })))
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
