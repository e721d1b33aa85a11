import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { Dispatcher1Wrapper, ProxyAgent } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../../src/index.ts'
import { ok, startOrigin, type Origin } from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

const KINDS = ['call_start', 'call', 'attempt']

test.each([
  ['observed', () => observeFetch(globalThis.fetch, { recorder })],
  ['under policies', () => createFetch({ recorder })],
])(
  'a call through a wrapper of the program between two fetches of ours, the lower one %s, counts once',
  async (_, lower) => {
    const below = lower()
    const wrapper: typeof globalThis.fetch = (...args) => below(...args)
    const fetch = createFetch({ recorder, fetch: wrapper })

    await (await fetch(`${origin.base}/a`)).text()

    expect(
      KINDS.map((kind) => recorder.records.filter((record) => record.kind === kind).length),
    ).toEqual([1, 1, 1])
  },
)

test('the way through a proxy is no attempt of the call', async () => {
  const proxy = createServer().on('connect', (request, near) => {
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const far = connect(Number(port), host, () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near).pipe(far)
    })
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const { port } = proxy.address() as AddressInfo
  const agent = new ProxyAgent({ uri: `http://127.0.0.1:${port}`, proxyTunnel: true })
  const init: object = { dispatcher: new Dispatcher1Wrapper(agent) }

  const response = await observeFetch(globalThis.fetch, { recorder })(`${origin.base}/a`, init)

  expect(await response.text()).toBe('fine')
  expect(recorder.of('attempt')).toMatchObject([{ method: 'GET', subject: { port: origin.port } }])
  await agent.close()
  await new Promise((resolve) => {
    proxy.close(resolve)
  })
})
