import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { memoryRecorder } from '@plimsoll/policies/testing'
import * as undici8 from 'undici'
import * as undici7 from 'undici-7'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, createFetch, observeFetch } from '../../src/index.ts'
import { cut, ok, rejectionOf, startOrigin, status, type Origin } from '../origin.ts'

// What the platform goes by, seen before anything is set.
const platform = [1, 2].map((n) => Symbol.for(`undici.globalDispatcher.${n}`))
const holder = globalThis as Record<symbol, unknown>
void Response
createFetch()
const before = platform.map((slot) => holder[slot])

let origin: Origin

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
})
afterEach(async () => {
  for (const [index, slot] of platform.entries()) holder[slot] = before[index]
  await origin.close()
})

type Undici = Pick<
  typeof undici8,
  'Agent' | 'MockAgent' | 'ProxyAgent' | 'getGlobalDispatcher' | 'setGlobalDispatcher'
>

const MAJORS: [string, Undici][] = [
  ['undici 8', undici8],
  ['undici 7', undici7 as unknown as Undici],
]

const FETCHES: [string, (recorder: ReturnType<typeof memoryRecorder>) => typeof fetch][] = [
  ['as it is', () => globalThis.fetch],
  ['observed', (recorder) => observeFetch(globalThis.fetch, { recorder })],
  ['under policies', (recorder) => createFetch({ recorder })],
]

const statuses = (records: readonly { readonly status?: number | undefined }[]) =>
  records.map(({ status: code }) => code)

async function startProxy(): Promise<{ port: number; close: () => void; tunnels: () => number }> {
  let tunnels = 0
  const proxy = createServer().on('connect', (request, near) => {
    tunnels += 1
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const far = connect(Number(port), host, () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near).pipe(far)
    })
    near.on('error', () => far.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    close: () => void proxy.close(),
    tunnels: () => tunnels,
  }
}

describe.each(MAJORS)('setGlobalDispatcher of %s', (_, undici) => {
  describe.each(FETCHES)('for fetch %s', (name, make) => {
    const measured = name !== 'as it is'

    test('with an agent of the program’s own', async () => {
      const paths: string[] = []
      class Own extends undici.Agent {
        override dispatch(...args: Parameters<undici8.Agent['dispatch']>): boolean {
          paths.push(args[0].path)
          return super.dispatch(...args)
        }
      }
      const own = new Own()
      const recorder = memoryRecorder()
      const fetch = make(recorder)
      undici.setGlobalDispatcher(own)

      const response = await fetch(`${origin.base}/a`, { method: 'POST', body: 'x' })

      expect(await response.text()).toBe('fine')
      expect(paths).toEqual(['/a'])
      expect(undici.getGlobalDispatcher()).toBe(own)
      expect(statuses(recorder.of('call'))).toEqual(measured ? [200] : [])
      expect(statuses(recorder.of('attempt'))).toEqual(measured ? [200] : [])
      await own.close()
    })

    test('with a MockAgent, which lets nothing else through', async () => {
      const mock = new undici.MockAgent()
      mock.disableNetConnect()
      mock
        .get('http://mock.test')
        .intercept({ path: '/a' })
        .reply(418, 'tea', { headers: { 'x-kind': ['green', 'black'] } })
      const recorder = memoryRecorder()
      const fetch = make(recorder)
      undici.setGlobalDispatcher(mock)

      const response = await fetch('http://mock.test/a')

      expect(response.status).toBe(418)
      expect(response.headers.get('x-kind')).toBe('green, black')
      expect(await response.text()).toBe('tea')
      const refused = await rejectionOf(fetch(`${origin.base}/a`))
      expect(refused).toBeInstanceOf(TypeError)
      expect(origin.count()).toBe(0)
      expect(statuses(recorder.of('call'))).toEqual(measured ? [418, undefined] : [])
      await mock.close()
    })

    test('with a ProxyAgent', async () => {
      const proxy = await startProxy()
      const agent = new undici.ProxyAgent({
        uri: `http://127.0.0.1:${proxy.port}`,
        proxyTunnel: true,
      })
      const recorder = memoryRecorder()
      const fetch = make(recorder)
      undici.setGlobalDispatcher(agent)

      expect(await (await fetch(`${origin.base}/a`)).text()).toBe('fine')

      expect(proxy.tunnels()).toBe(1)
      const ports = recorder.of('attempt').map(({ subject }) => subject.port)
      expect(ports).toEqual(measured ? [origin.port] : [])
      await agent.close()
      proxy.close()
    })
  })

  test('policies hold over it: a retry asks it again, an open circuit does not ask it', async () => {
    const mock = new undici.MockAgent()
    mock.disableNetConnect()
    const pool = mock.get('http://mock.test')
    pool.intercept({ path: '/a' }).reply(503, 'no')
    pool.intercept({ path: '/a' }).reply(200, 'yes')
    pool.intercept({ path: '/b' }).reply(500, 'no').persist()
    undici.setGlobalDispatcher(mock)
    const recorder = memoryRecorder()
    const fetch = createFetch({
      recorder,
      defaults: {
        retry: { baseDelayMs: 1, maxRetries: 1 },
        breaker: { consecutiveFailures: 2 },
      },
    })

    expect(await (await fetch('http://mock.test/a')).text()).toBe('yes')

    expect((await fetch('http://mock.test/b')).status).toBe(500)
    const refused = await rejectionOf(fetch('http://mock.test/b'))
    expect(refused).toMatchObject({ code: 'ERR_PLIMSOLL_CIRCUIT_OPEN' })
    expect(recorder.of('attempt').map(({ status: code }) => code)).toEqual([503, 200, 500, 500])
    await mock.close()
  })

  test('createRequest goes by it as well', async () => {
    const mock = new undici.MockAgent()
    mock
      .get('http://mock.test')
      .intercept({ path: '/a' })
      .reply(200, { deep: ['x'] })
    undici.setGlobalDispatcher(mock)
    const recorder = memoryRecorder()

    const { statusCode, body } = await createClient({ recorder }).request('http://mock.test/a')

    expect([statusCode, await body.json()]).toEqual([200, { deep: ['x'] }])
    expect(recorder.of('call')).toHaveLength(1)
    await mock.close()
  })

  test('options.dispatcher goes before it, and init.dispatcher before both', async () => {
    const mocks = ['global', 'option', 'init'].map((text) => {
      const mock = new undici.MockAgent()
      mock.get('http://mock.test').intercept({ path: '/a' }).reply(200, text).persist()
      return mock
    })
    const [ofGlobal, ofOption, ofInit] = mocks as [undici8.MockAgent, undici8.MockAgent, object]
    undici.setGlobalDispatcher(ofGlobal)
    const fetch = createFetch({ dispatcher: ofOption })
    const init: object = { dispatcher: ofInit }

    expect(await (await createFetch()('http://mock.test/a')).text()).toBe('global')
    expect(await (await fetch('http://mock.test/a')).text()).toBe('option')
    expect(await (await fetch('http://mock.test/a', init)).text()).toBe('init')

    for (const mock of mocks) await mock.close()
  })

  test('bodies stream through it in both directions, cut ones fail', async () => {
    const agent = new undici.Agent()
    undici.setGlobalDispatcher(agent)
    const fetch = createFetch()
    const large = 'x'.repeat(300_000)
    origin.on('/large', ok(large))
    origin.on('/cut', cut('x', 100))
    origin.on('/echo', (response, { body }) => void response.end(String(body.length)))

    expect(await (await fetch(`${origin.base}/large`)).text()).toBe(large)
    const body = new Blob([large]).stream()
    const echo = await fetch(`${origin.base}/echo`, { method: 'POST', body, duplex: 'half' })
    expect(await echo.text()).toBe(String(large.length))
    const broken = await fetch(`${origin.base}/cut`)
    expect(await rejectionOf(broken.text())).toBeInstanceOf(TypeError)
    await agent.close()
  })

  test('an abort reaches it', async () => {
    const agent = new undici.Agent()
    undici.setGlobalDispatcher(agent)
    origin.on('/hang', () => {})
    const controller = new AbortController()
    const rejected = rejectionOf(
      createFetch()(`${origin.base}/hang`, { signal: controller.signal }),
    )
    await expect.poll(() => origin.count('/hang')).toBe(1)
    const reason = new Error('mine')
    controller.abort(reason)

    expect(await rejected).toBe(reason)
    await agent.close()
  })

  test('a dispatcher that refuses is heard', async () => {
    const agent = new undici.Agent()
    await agent.destroy()
    undici.setGlobalDispatcher(agent)
    const recorder = memoryRecorder()

    const rejected = await rejectionOf(createFetch({ recorder })(`${origin.base}/a`))

    expect(rejected).toBeInstanceOf(TypeError)
    expect(recorder.of('attempt').length).toBeGreaterThan(0)
  })

  test('when the platform’s own comes back, requests leave by ours again', async () => {
    const mock = new undici.MockAgent()
    mock.disableNetConnect()
    const fetch = createFetch()
    undici.setGlobalDispatcher(mock)
    await rejectionOf(fetch(`${origin.base}/a`))
    for (const [index, slot] of platform.entries()) holder[slot] = before[index]
    origin.on('/b', status(204))

    expect((await fetch(`${origin.base}/b`)).status).toBe(204)
    await mock.close()
  })
})
