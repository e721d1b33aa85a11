import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, withRole } from '../src/index.ts'
import { ok, rejectionOf, startOrigin, type Origin } from './origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

describe('a call', () => {
  test('is reported once, at its headers, though nobody reads its body', async () => {
    origin.on('/a', ok('x'.repeat(500_000)))
    const fetch = createFetch({ recorder })

    await fetch(`${origin.base}/a?secret=1`)

    expect(recorder.of('call_start')).toHaveLength(1)
    expect(recorder.of('call')).toMatchObject([
      {
        subject: { address: '127.0.0.1', port: origin.port, role: undefined },
        method: 'GET',
        status: 200,
        errorType: undefined,
        cache: undefined,
        retryCount: 0,
        retryDelayS: 0,
        rateDelayS: 0,
        breakerState: 'closed',
        breakerRecorded: 'success',
      },
    ])
    expect(recorder.of('call')[0]?.urlHash).toMatch(/^[0-9a-f]{32}$/u)
  })

  test('has the role of its host, or its own', async () => {
    origin.on('/a', ok())
    const fetch = createFetch({ recorder, hosts: { '127.0.0.1': { role: 'of the host' } } })

    await fetch(`${origin.base}/a`)
    await withRole(fetch, 'own')(`${origin.base}/a`)

    expect(recorder.of('call').map(({ subject }) => subject.role)).toEqual(['of the host', 'own'])
  })

  test('that cannot be sent is an invalid request', async () => {
    const fetch = createFetch({ recorder })

    await rejectionOf(fetch('no url'))
    await rejectionOf(fetch(origin.base, { method: 'CONNECT' }))

    expect(recorder.of('call').map(({ errorType }) => errorType)).toEqual([
      'invalid_request',
      'invalid_request',
    ])
    expect(recorder.of('call_start')).toHaveLength(2)
    expect(recorder.of('attempt')).toEqual([])
  })

  test('that is refused by the network has its code', async () => {
    await origin.close()
    const fetch = createFetch({ recorder, defaults: { retry: false } })

    await rejectionOf(fetch(`${origin.base}/a`))

    expect(recorder.of('call')).toMatchObject([
      { errorType: 'ECONNREFUSED', breakerRecorded: 'failure' },
    ])
    expect(recorder.of('attempt')).toMatchObject([{ errorType: 'ECONNREFUSED' }])
    origin = await startOrigin()
  })

  test('of another scheme is none', async () => {
    const fetch = createFetch({ recorder })

    expect(await (await fetch('data:text/plain,x')).text()).toBe('x')
    expect(recorder.records).toEqual([])
  })

  test('fifty at once are fifty calls, each reported once', async () => {
    origin.on('/a', ok())
    const fetch = createFetch({ recorder })
    const warnings: Error[] = []
    const listen = (warning: Error): void => void warnings.push(warning)
    process.on('warning', listen)
    const { signal } = new AbortController()

    const urls = Array.from({ length: 50 }, (_, index) => `${origin.base}/a?n=${index}`)
    await Promise.all(urls.map(async (url) => (await fetch(url, { signal })).text()))

    process.off('warning', listen)
    expect(
      [recorder.of('call'), recorder.of('attempt'), recorder.of('call_start')].map(
        (records) => records.length,
      ),
    ).toEqual([50, 50, 50])
    expect(origin.count()).toBe(50)
    expect(warnings).toEqual([])
  })

  test('is not harmed by a recorder that throws', async () => {
    origin.on('/a', ok())
    const faulty = {
      record: () => {
        throw new Error('deaf')
      },
    }
    const fetch = createFetch({
      recorder: faulty,
      cache: true,
      defaults: { limiter: { ratePerSecond: 100 } },
    })

    expect(await (await fetch(`${origin.base}/a`)).text()).toBe('fine')
  })
})

test('ten thousand hosts keep no more state than the cap allows', async () => {
  const dispatched: string[] = []
  const fetch = createFetch({
    recorder,
    maxHosts: 100,
    defaults: { retry: false },
    fetch: (async (
      input: string,
      init: { dispatcher: { dispatch(options: object, handler: object): void } },
    ) => {
      const { origin, pathname } = new URL(input)
      await new Promise((resolve) => {
        init.dispatcher.dispatch(
          { origin, path: pathname, method: 'GET', headers: {} },
          { onRequestStart: () => {}, onResponseError: resolve },
        )
      })
      dispatched.push(origin)
      return new Response('x')
    }) as unknown as typeof globalThis.fetch,
    dispatcher: {
      dispatch: (
        _: object,
        handler: { onResponseError(controller: object, error: Error): void },
      ) => {
        handler.onResponseError({}, new Error('nobody there'))
        return true
      },
    } as never,
  })

  for (let host = 0; host < 10_000; host++) await fetch(`http://h${host}.test/`)

  const lives = recorder.of('breaker_life').reduce((sum, { change }) => sum + change, 0)
  expect(dispatched).toHaveLength(10_000)
  expect(lives).toBe(100)
})
