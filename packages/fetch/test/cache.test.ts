import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { CACHE_RESULTS } from '@plimsoll/semconv'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFetch, withRole, type FetchOptions } from '../src/index.ts'
import { ok, rejectionOf, reset, startOrigin, status, until, type Origin } from './origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
  // undici's cache reads the wall clock; only that one stands still here.
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await origin.close()
})

function caching(more: FetchOptions = {}): typeof globalThis.fetch {
  const clock = { ...realClock(), epoch: () => Date.now() }
  return createFetch({
    recorder,
    clock,
    cache: true,
    defaults: { retry: false, breaker: false },
    ...more,
  })
}

function realClock() {
  return {
    now: () => performance.now(),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, ms)
        signal?.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(signal.reason as Error)
        })
      }),
  }
}

function later(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000)
}

/** Fields of a response that was sent now. */
function fresh(
  control: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { date: new Date().toUTCString(), 'cache-control': control, ...more }
}

const results = (): unknown[] => recorder.of('cache').map(({ result }) => result)
const statuses = (): unknown[] => recorder.of('attempt').map(({ status }) => status)

describe('how the cache answered', () => {
  test('miss, then hit: the origin is asked once', async () => {
    origin.on('/a', ok('one', fresh('max-age=60')))
    const fetch = caching()

    const texts = [await text(fetch, '/a'), await text(fetch, '/a')]

    expect(texts).toEqual(['one', 'one'])
    expect(results()).toEqual(['miss', 'hit'])
    expect(origin.count()).toBe(1)
    expect(recorder.of('call').map(({ cache, status }) => [cache, status])).toEqual([
      ['miss', 200],
      ['hit', 200],
    ])
  })

  test('revalidated: a 304 confirms the entry, which is then fresh again', async () => {
    const etag = '"v1"'
    origin.on(
      '/a',
      ok('one', fresh('max-age=10', { etag })),
      (response, request) => {
        expect(request.headers['if-none-match']).toBe(etag)
        status(304, fresh('max-age=10', { etag, 'x-renewed': 'yes' }))(response, request)
      },
      ok('must not be fetched'),
    )
    const fetch = caching()
    await text(fetch, '/a')
    later(11)

    const confirmed = await fetch(`${origin.base}/a`)

    expect([confirmed.status, await confirmed.text()]).toEqual([200, 'one'])
    expect(confirmed.headers.get('x-renewed')).toBe('yes')
    expect(confirmed.headers.get('warning')).toBe(null)
    expect(statuses()).toEqual([200, 304])
    later(9)
    expect(await text(fetch, '/a')).toBe('one')
    expect(results()).toEqual(['miss', 'revalidated', 'hit'])
    expect(origin.count()).toBe(2)
  })

  test('a confirmed entry can be confirmed again and again', async () => {
    const etag = 'W/"v1"'
    origin.on('/a', ok('one', fresh('max-age=0', { etag })), status(304, { etag }))
    const fetch = caching()

    for (let call = 0; call < 5; call++) expect(await text(fetch, '/a')).toBe('one')

    expect(results()).toEqual(['miss', 'revalidated', 'revalidated', 'revalidated', 'revalidated'])
    expect(statuses()).toEqual([200, 304, 304, 304, 304])
  })

  test('a new version replaces the old: a miss', async () => {
    origin.on(
      '/a',
      ok('one', fresh('max-age=10', { etag: '"v1"' })),
      ok('two', fresh('max-age=99', { etag: '"v2"' })),
    )
    const fetch = caching()
    await text(fetch, '/a')
    later(11)

    expect(await text(fetch, '/a')).toBe('two')
    expect(await text(fetch, '/a')).toBe('two')

    expect(results()).toEqual(['miss', 'miss', 'hit'])
  })

  test('stale while revalidate: the old at once, the new behind it', async () => {
    origin.on(
      '/a',
      ok('one', fresh('max-age=10, stale-while-revalidate=60')),
      (response, request) => ok('two', fresh('max-age=60'))(response, request),
    )
    const fetch = caching()
    await text(fetch, '/a')
    later(11)

    expect(await text(fetch, '/a')).toBe('one')
    await until(() => recorder.of('attempt').length === 2)
    await until(() => origin.count() === 2)
    await vi.waitUntil(async () => (await text(fetch, '/a')) === 'two')

    expect(results().slice(0, 2)).toEqual(['miss', 'stale_while_revalidate'])
    expect(results().at(-1)).toBe('hit')
    expect(origin.count()).toBe(2)
    expect(recorder.of('call')[1]).toMatchObject({ cache: 'stale_while_revalidate', status: 200 })
  })

  test.each([
    ['a 503', status(503)],
    ['a broken connection', reset],
  ])('stale if error: %s is rescued, and the call is good', async (_, script) => {
    origin.on('/a', ok('one', fresh('max-age=10, stale-if-error=60')), script)
    const fetch = caching()
    await text(fetch, '/a')
    later(11)

    expect(await text(fetch, '/a')).toBe('one')

    expect(results()).toEqual(['miss', 'stale_if_error'])
    expect(recorder.of('call')[1]).toMatchObject({ status: 200, errorType: undefined })
    expect(recorder.of('attempt')[1]?.errorType).toBeDefined()
  })

  test('stale if error: an open circuit is rescued as well, and nothing is sent', async () => {
    origin.on('/a', ok('one', fresh('max-age=10, stale-if-error=60')))
    origin.on('/bad', status(500))
    const breaker = { consecutiveFailures: 1 }
    const fetch = caching({ defaults: { retry: false, breaker } })
    await text(fetch, '/a')
    await text(fetch, '/bad')
    later(11)

    expect(await text(fetch, '/a')).toBe('one')

    expect(results()).toEqual(['miss', 'miss', 'stale_if_error'])
    expect(origin.count()).toBe(2)
    expect(recorder.of('call')[2]).toMatchObject({
      status: 200,
      breakerState: 'open',
      breakerRecorded: 'not_permitted',
    })
  })

  test('an error that nothing rescues is a miss', async () => {
    origin.on('/a', ok('one', fresh('max-age=10')), reset)
    const fetch = caching()
    await text(fetch, '/a')
    later(11)

    await rejectionOf(fetch(`${origin.base}/a`))

    expect(results()).toEqual(['miss', 'miss'])
    expect(recorder.of('call')[1]).toMatchObject({ cache: 'miss', errorType: 'UND_ERR_SOCKET' })
  })

  test('max-stale: who accepts what is stale gets it', async () => {
    origin.on('/a', ok('one', fresh('max-age=10')))
    const fetch = caching()
    await text(fetch, '/a')
    later(15)

    expect(await text(fetch, '/a', { headers: { 'cache-control': 'max-stale=60' } })).toBe('one')

    expect(results()).toEqual(['miss', 'stale_max_stale'])
    expect(origin.count()).toBe(1)
  })

  test('only-if-cached without an entry is a miss that asks nobody', async () => {
    const fetch = caching()
    const response = await fetch(`${origin.base}/a`, {
      headers: { 'cache-control': 'only-if-cached' },
    })

    expect([response.status, origin.count(), results()]).toEqual([504, 0, ['miss']])
  })

  test.each<[string, RequestInit]>([
    ['a POST', { method: 'POST', body: 'x' }],
    ['a HEAD', { method: 'HEAD' }],
    ['no-store in the request', { headers: { 'Cache-Control': 'no-store' } }],
    ['cache: no-store', { cache: 'no-store' }],
  ])('%s passes the cache by', async (_, init) => {
    origin.on('/a', ok('one', fresh('max-age=60')))
    const fetch = caching()
    await text(fetch, '/a')

    await text(fetch, '/a', init)

    expect(results()).toEqual(['miss', 'bypass'])
    expect(origin.count()).toBe(2)
  })

  test('the results are those of the table', () => {
    const tested = [
      'bypass',
      'miss',
      'hit',
      'revalidated',
      'stale_while_revalidate',
      'stale_if_error',
      'stale_max_stale',
    ]
    expect([...CACHE_RESULTS]).toEqual(tested)
  })
})

describe('what is cached', () => {
  test('only the roles that are named; other calls know of no cache', async () => {
    origin.on('/a', ok('one', fresh('max-age=60')))
    const fetch = caching({ cache: { roles: ['metadata'] } })
    const metadata = withRole(fetch, 'metadata')

    await text(metadata, '/a')
    await text(fetch, '/a')
    await text(metadata, '/a')

    expect(recorder.of('cache').map(({ result, subject }) => [result, subject.role])).toEqual([
      ['miss', 'metadata'],
      ['hit', 'metadata'],
    ])
    expect(recorder.of('call').map(({ cache }) => cache)).toEqual(['miss', undefined, 'hit'])
    expect(origin.count()).toBe(2)
  })

  test('neither a hit nor a rescued call asks breaker or limiter', async () => {
    origin.on('/a', ok('one', fresh('max-age=60')))
    const fetch = caching({ defaults: { limiter: { ratePerSecond: 0.001 } } })

    for (let call = 0; call < 5; call++) await text(fetch, '/a')

    expect(recorder.of('rate')).toHaveLength(1)
    expect(recorder.of('breaker_execution')).toHaveLength(1)
  })

  test('a corrupt body is not kept', async () => {
    const wrong = { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }
    origin.on('/a', ok('one', fresh('max-age=60', wrong)), ok('two', fresh('max-age=60')))
    const fetch = caching()

    await rejectionOf(text(fetch, '/a'))

    expect(await text(fetch, '/a')).toBe('two')
    expect(results()).toEqual(['miss', 'miss'])
  })

  test('what Vary tells apart', async () => {
    origin.on('/a', (response, request) =>
      ok(
        String(request.headers['accept-language']),
        fresh('max-age=60', { vary: 'accept-language' }),
      )(response, request),
    )
    const fetch = caching()
    const ask = (language: string): Promise<string> =>
      text(fetch, '/a', { headers: { 'accept-language': language } })

    expect([await ask('de'), await ask('fr'), await ask('de'), await ask('fr')]).toEqual([
      'de',
      'fr',
      'de',
      'fr',
    ])
    expect(results()).toEqual(['miss', 'miss', 'hit', 'hit'])
  })

  test('redirects count as one look-up: that of the last hop', async () => {
    origin.on('/from', status(302, { location: '/a' }))
    origin.on('/a', ok('one', fresh('max-age=60')))
    const fetch = caching()

    await text(fetch, '/from')
    await text(fetch, '/from')

    expect(results()).toEqual(['miss', 'hit'])
    expect(statuses()).toEqual([302, 200, 302])
  })

  test('an unsafe method makes the entry invalid', async () => {
    origin.on('/a', ok('one', fresh('max-age=60')))
    const fetch = caching()
    await text(fetch, '/a')
    await text(fetch, '/a', { method: 'DELETE' })
    await text(fetch, '/a')

    expect(results()).toEqual(['miss', 'bypass', 'miss'])
  })
})

async function text(
  fetch: typeof globalThis.fetch,
  path: string,
  init?: RequestInit,
): Promise<string> {
  return (await fetch(`${origin.base}${path}`, init)).text()
}
