import { Agent, Dispatcher1Wrapper, request, RetryAgent } from 'undici'
import { Agent as Agent7 } from 'undici-7'
import { describe, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../../src/index.ts'
import { ok, status } from '../origin.ts'
import { answer, get, origin, recorder, told } from './observed-clients.ts'

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
