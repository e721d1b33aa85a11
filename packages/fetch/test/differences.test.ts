import { memoryRecorder } from '@plimsoll/policies/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../src/index.ts'
import { ok, reset, startOrigin, status, type Origin } from './origin.ts'
import { startPlatformOrigin, type PlatformOrigin } from './platform-origin.ts'

let platformOrigin: PlatformOrigin
let origin: Origin
beforeAll(async () => {
  platformOrigin = await startPlatformOrigin()
  origin = await startOrigin()
})
afterAll(() => Promise.all([platformOrigin.close(), origin.close()]))

describe('what a program can tell of a fetch that is only observed', () => {
  test('is the source text of the function, and one more reading of getters in its init', async () => {
    const observed = observeFetch(globalThis.fetch, { recorder: memoryRecorder() })
    const reads = async (fetch: typeof globalThis.fetch): Promise<number> => {
      let count = 0
      const init: RequestInit = {
        get method() {
          count++
          return 'POST'
        },
      }
      await fetch(`${platformOrigin.base}/text`, init)
      return count
    }

    expect(observed.toString()).not.toBe(globalThis.fetch.toString())
    expect(await reads(observed)).toBe((await reads(globalThis.fetch)) + 1)
  })
})

describe('what differs under policies, and means to', () => {
  const sentFields = async (fetch: typeof globalThis.fetch): Promise<string[]> => {
    const headers = { 'X-Own': '1' }
    const answer = await fetch(`${platformOrigin.base}/raw-headers`, { headers })
    return (await answer.json()) as string[]
  }

  test('with a cache the names of the fields of a request go out in lower case', async () => {
    expect(await sentFields(createFetch())).toContain('X-Own')
    expect(await sentFields(createFetch({ cache: true }))).toContain('x-own')
  })

  test('a GET whose connection breaks is sent again, a POST and a stream are not', async () => {
    for (const path of ['/get', '/post', '/put']) origin.on(path, reset, ok('at last'))
    const fetch = createFetch({ defaults: { retry: { baseDelayMs: 0 } } })
    const stream = new Blob(['x']).stream()

    const answer = await fetch(`${origin.base}/get`)
    const failed = await Promise.allSettled([
      fetch(`${origin.base}/post`, { method: 'POST', body: 'x' }),
      fetch(`${origin.base}/put`, { method: 'PUT', body: stream, duplex: 'half' }),
    ])

    expect(await answer.text()).toBe('at last')
    expect(failed.map((one) => one.status)).toEqual(['rejected', 'rejected'])
    expect(['/get', '/post', '/put'].map((path) => origin.count(path))).toEqual([2, 1, 1])
  })
})

describe('what is sent again', () => {
  test('asks for the URL of the call, whatever the program did to its own meanwhile', async () => {
    origin.on('/first', status(503), ok('as it was'))
    const fetch = createFetch({ defaults: { retry: { baseDelayMs: 1 } } })
    const url = new URL('/first', origin.base)

    const call = fetch(url)
    url.pathname = '/second'

    expect(await (await call).text()).toBe('as it was')
    expect(origin.count('/second')).toBe(0)
  })

  test('has the method, fields and body of an init that the program changed meanwhile', async () => {
    origin.on('/again', status(503), ok())
    const fetch = createFetch({ defaults: { retry: { baseDelayMs: 1 } } })
    const init: RequestInit = { method: 'PUT', body: 'before', headers: { 'x-own': 'before' } }

    const call = fetch(`${origin.base}/again`, init)
    Object.assign(init, { method: 'DELETE', body: 'after', headers: {} })
    await call

    const sent = origin.seen.filter(({ path }) => path === '/again')
    expect(sent.map(({ method, body, headers }) => [method, body, headers['x-own']])).toEqual([
      ['PUT', 'before', 'before'],
      ['PUT', 'before', 'before'],
    ])
  })
})
