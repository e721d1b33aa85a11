import { circuitBreaker, isPlimsollError } from '@plimsoll/policies'
import { manualClock, memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, createRequest, withBreaker, withRole } from '../src/index.ts'
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
} from './origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

const once = {
  retry: false,
  breaker: { consecutiveFailures: 2, openMs: 1_000, jitter: 0 },
} as const
const quickly = { breaker: false, retry: { baseDelayMs: 0, budget: false } } as const

describe('an answer', () => {
  test("is undici's: status, headers, and a body that can be read in its ways", async () => {
    origin.on('/a', ok('{"fine":true}', { 'x-a': 'b', 'set-cookie': ['c=1', 'd=2'] }))
    const request = createRequest({ recorder })

    const answer = await request(`${origin.base}/a`)

    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({ 'x-a': 'b', 'set-cookie': ['c=1', 'd=2'] })
    expect(await answer.body.json()).toEqual({ fine: true })
    expect(recorder.of('call')).toMatchObject([
      {
        subject: { address: '127.0.0.1', port: origin.port },
        method: 'GET',
        status: 200,
        retryCount: 0,
        breakerState: 'closed',
        breakerRecorded: 'success',
      },
    ])
    expect(recorder.of('call_start')).toHaveLength(1)
    expect(recorder.of('attempt')).toMatchObject([{ method: 'GET', status: 200 }])
  })

  test('that is a redirect stands, as with undici', async () => {
    origin.on('/a', status(302, { location: '/b' }))

    const answer = await createRequest({ recorder })(`${origin.base}/a`)

    expect([answer.statusCode, answer.headers['location'], origin.count()]).toEqual([302, '/b', 1])
    await answer.body.dump()
  })

  test('carries what the caller hung on it, and raw headers where they are asked for', async () => {
    origin.on('/a', ok())
    const options = { opaque: { of: 'mine' }, responseHeaders: 'raw' } as const

    const answer = await createRequest({ recorder })(`${origin.base}/a`, options)

    expect(answer.opaque).toEqual({ of: 'mine' })
    expect(Array.isArray(answer.headers)).toBe(true)
    await answer.body.dump()
  })
})

describe('what is asked', () => {
  test('may be a string, a URL, or an object of parts; a path and a query may be given apart', async () => {
    const request = createRequest({ recorder })
    for (const path of ['/', '/a', '/b']) origin.on(path, ok())
    const parts = { protocol: 'http:', hostname: '127.0.0.1', port: origin.port, pathname: '/b' }

    for (const answer of [
      await request(`${origin.base}/a`),
      await request(new URL('/a', origin.base)),
      await request(parts),
      await request(origin.base, { path: '/b' } as never),
      await request(`${origin.base}/a`, { query: { x: 'y' } }),
    ]) {
      expect(answer.statusCode).toBe(200)
      await answer.body.dump()
    }

    expect(origin.seen.map(({ path }) => path)).toEqual(['/a', '/a', '/b', '/b', '/a'])
    const hashes = recorder.of('call').map(({ urlHash }) => urlHash)
    expect(new Set(hashes).size).toBe(3)
    expect(hashes[0]).toBe(hashes[1])
    expect(hashes[2]).toBe(hashes[3])
  })

  test('with a body and no method is a PUT', async () => {
    origin.on('/a', ok())

    await (await createRequest({ recorder })(`${origin.base}/a`, { body: 'x' })).body.dump()

    expect(origin.seen).toMatchObject([{ method: 'PUT', body: 'x' }])
    expect(recorder.of('call')).toMatchObject([{ method: 'PUT' }])
  })

  test.each([
    ['a URL that cannot be read', 'no url', {}],
    ['another scheme', 'ftp://a.test/', {}],
    ['a method that cannot be', 'http://a.test/', { method: 'A B' }],
    ['a header that cannot be', 'http://a.test/', { headers: { a: 'b\r\nc: d' } }],
  ])('%s is an invalid request, told by a rejection', async (_, url, options) => {
    const request = createRequest({ recorder })

    const error = await rejectionOf(request(url, options as never))

    expect(error).toBeInstanceOf(Error)
    expect(isPlimsollError(error)).toBe(false)
    expect(recorder.of('call')).toMatchObject([{ errorType: 'invalid_request' }])
  })
})

describe('retries', () => {
  test('send again what fails, as for fetch', async () => {
    origin.on('/a', status(503), reset, ok())

    const answer = await createRequest({ recorder, defaults: quickly })(`${origin.base}/a`)

    expect([answer.statusCode, await answer.body.text(), origin.count()]).toEqual([200, 'fine', 3])
    expect(recorder.of('call')).toMatchObject([{ status: 200, retryCount: 2 }])
    expect(recorder.of('retry').map(({ reason }) => reason)).toEqual(['5xx', 'reset'])
  })

  test('do not wait for the body of the answer that is given up', async () => {
    origin.on(
      '/a',
      (response) => {
        response.writeHead(503, { 'content-length': 10 })
        response.write('x')
      },
      ok(),
    )

    const answer = await createRequest({ recorder, defaults: quickly })(`${origin.base}/a`)

    expect(await answer.body.text()).toBe('fine')
  })

  test('obey Retry-After, in raw headers too', async () => {
    const clock = manualClock()
    origin.on('/a', status(503, { 'retry-after': '7' }), ok())
    const request = createRequest({ recorder, clock, defaults: { ...quickly, timeoutMs: false } })

    const answered = request(`${origin.base}/a`, { responseHeaders: 'raw' })
    await until(() => recorder.of('retry').length === 1)
    expect(recorder.of('retry_after')).toMatchObject([{ durationS: 7, action: 'honoured' }])
    await clock.advance(7_000)
    await (await answered).body.dump()

    expect(origin.count()).toBe(2)
  })

  test('send no stream twice, and no POST', async () => {
    origin.on('/a', status(503))
    const request = createRequest({ recorder, defaults: quickly })
    const stream = new Blob(['x']).stream()

    await (await request(`${origin.base}/a`, { method: 'PUT', body: stream as never })).body.dump()
    await (await request(`${origin.base}/a`, { method: 'POST', body: 'x' })).body.dump()

    expect(origin.count()).toBe(2)
    expect(recorder.of('retry').map(({ result }) => result)).toEqual([
      'not_retryable',
      'not_retryable',
    ])
  })
})

describe('errors', () => {
  test("of the network are undici's own", async () => {
    origin.on('/a', reset)

    const error = await rejectionOf(createRequest({ recorder, defaults: once })(`${origin.base}/a`))

    expect(error).toMatchObject({ name: 'SocketError', code: 'UND_ERR_SOCKET' })
    expect(recorder.of('call')).toMatchObject([{ errorType: 'UND_ERR_SOCKET' }])
  })

  test('of an abort are its reason, in every phase', async () => {
    origin.on('/a', hang)
    const request = createRequest({ recorder, defaults: once })
    const before = AbortSignal.abort(new Error('before'))
    const during = new AbortController()

    expect(await rejectionOf(request(`${origin.base}/a`, { signal: before }))).toBe(before.reason)
    const rejected = rejectionOf(request(`${origin.base}/a`, { signal: during.signal }))
    await until(() => origin.count() === 1)
    during.abort(new Error('during'))

    expect(await rejected).toBe(during.signal.reason)
    expect(recorder.of('call').map(({ errorType }) => errorType)).toEqual(['aborted', 'aborted'])
    expect(recorder.of('breaker_transition')).toEqual([])
  })

  test.each([['text'], [{ no: 'error' }], [null], [0]])(
    'of an abort with %j are that, though it is no error',
    async (reason) => {
      origin.on('/a', hang)
      const request = createRequest({ recorder, defaults: once })
      const during = new AbortController()
      const rejected = rejectionOf(request(`${origin.base}/a`, { signal: during.signal }))
      await until(() => origin.count() === 1)

      during.abort(reason)

      expect(await rejected).toBe(reason)
      expect(recorder.of('call')).toMatchObject([{ errorType: 'aborted' }])
    },
  )

  test.each([['text'], [null], [0]])(
    'of an abort with %j while the limiter makes it wait are that too',
    async (reason) => {
      const limiter = { ratePerSecond: 0.001 }
      const request = createRequest({ recorder, defaults: { ...once, limiter } })
      origin.on('/a', ok())
      await (await request(`${origin.base}/a`)).body.dump()
      const during = new AbortController()
      const rejected = rejectionOf(request(`${origin.base}/a`, { signal: during.signal }))

      during.abort(reason)

      expect(await rejected).toBe(reason)
      expect(recorder.of('call').at(-1)).toMatchObject({ errorType: 'aborted' })
    },
  )

  test.each<[string, object, string]>([
    ['a field that only connections have', { headers: { upgrade: 'x' } }, 'invalid_request'],
    ['headers that are none', { headers: 'none' }, 'invalid_request'],
    [
      'more body than it declares',
      { method: 'PUT', body: 'xy', headers: { 'content-length': '1' } },
      'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
    ],
  ])('of %s are not the fault of the host', async (_, options, type) => {
    origin.on('/a', ok())
    const { request, fetch } = createClient({ recorder, defaults: once })

    for (let call = 0; call < 3; call++) await rejectionOf(request(`${origin.base}/a`, options))

    const types = [...recorder.of('call'), ...recorder.of('attempt')].map((one) => one.errorType)
    expect(types).toEqual(Array(6).fill(type))
    expect(recorder.of('breaker_execution').map(({ recorded }) => recorded)).toEqual(
      Array(3).fill('ignored'),
    )
    expect((await fetch(`${origin.base}/a`)).status).toBe(200)
  })

  test('of a timeout, a deadline, an open circuit and a spent limit are ours, as they are', async () => {
    const clock = manualClock()
    origin.on('/a', hang)
    const limiter = { ratePerSecond: 0.5, burst: 2, maxDelayMs: 0 }
    const timed = createRequest({ recorder, clock, defaults: { ...once, timeoutMs: 100 } })
    const late = createRequest({ recorder, clock, defaults: { ...once, deadlineMs: 50 } })
    const limited = createRequest({
      recorder,
      clock,
      defaults: { ...once, limiter, breaker: false },
    })
    origin.on('/b', ok())

    const codes: unknown[] = []
    for (const [request, ms] of [
      [timed, 100],
      [timed, 100],
      [timed, 0],
      [late, 50],
    ] as const) {
      const before = origin.count()
      const rejected = rejectionOf(request(`${origin.base}/a`))
      if (ms > 0) {
        await until(() => origin.count() > before)
        await clock.advance(ms)
      }
      codes.push(((await rejected) as { code: string }).code)
    }
    for (let index = 0; index < 2; index++) await (await limited(`${origin.base}/b`)).body.dump()
    codes.push(((await rejectionOf(limited(`${origin.base}/b`))) as { code: string }).code)

    expect(codes).toEqual([
      'ERR_PLIMSOLL_TIMEOUT',
      'ERR_PLIMSOLL_TIMEOUT',
      'ERR_PLIMSOLL_CIRCUIT_OPEN',
      'ERR_PLIMSOLL_DEADLINE',
      'ERR_PLIMSOLL_RATE_LIMITED',
    ])
    expect(clock.sleepers).toBe(0)
  })

  test('of a body that is corrupt come while it is read', async () => {
    origin.on('/cut', cut('half', 8))
    origin.on(
      '/digest',
      ok('x', { 'content-digest': 'sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:' }),
    )
    const request = createRequest({ recorder })

    for (const path of ['/cut', '/digest']) {
      const answer = await request(origin.base + path)
      const error = await rejectionOf(answer.body.text())
      expect(isPlimsollError(error, 'ERR_PLIMSOLL_CORRUPT_BODY')).toBe(true)
    }

    expect(recorder.of('corruption').map(({ reason }) => reason)).toEqual(['length', 'digest'])
  })
})

test('a role and the breaker of a source go with a request', async () => {
  origin.on('/a', status(500))
  const breaker = circuitBreaker({ name: 'source', consecutiveFailures: 1, recorder })
  const request = createRequest({ recorder, defaults: { retry: false, breaker: false } })
  const own = withRole(withBreaker(request, breaker), 'metadata')

  await (await own(`${origin.base}/a`)).body.dump()
  const error = await rejectionOf(own(`${origin.base}/a`))

  expect(isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN')).toBe(true)
  expect(recorder.of('call').map(({ subject }) => subject.role)).toEqual(['metadata', 'metadata'])
})

describe('a client', () => {
  test('has one breaker and one limiter a host for fetch and request', async () => {
    origin.on('/a', status(500))
    const { fetch, request } = createClient({ recorder, defaults: once })

    await (await request(`${origin.base}/a`)).body.dump()
    await fetch(`${origin.base}/a`)

    expect(await rejectionOf(request(`${origin.base}/a`))).toMatchObject({
      code: 'ERR_PLIMSOLL_CIRCUIT_OPEN',
    })
    expect(await rejectionOf(fetch(`${origin.base}/a`))).toMatchObject({
      code: 'ERR_PLIMSOLL_CIRCUIT_OPEN',
    })
    expect(recorder.of('breaker_life')).toHaveLength(1)
  })

  test.each([
    ['members', { 'Cache-Control': 'no-store' }],
    ['names and values in turn', ['Cache-Control', 'no-store']],
    ['Headers', new Headers({ 'cache-control': 'no-store' })],
  ])('passes the cache by for a no-store that is given as %s', async (_, headers) => {
    origin.on('/a', ok('kept', { 'cache-control': 'max-age=60' }))
    const request = createRequest({ recorder, cache: true })

    for (const own of [undefined, headers]) {
      const { body } = await request(`${origin.base}/a`, own === undefined ? {} : { headers: own })
      await body.dump()
    }

    expect(recorder.of('cache').map(({ result }) => result)).toEqual(['miss', 'bypass'])
    expect(origin.count()).toBe(2)
  })

  test('answers both from one cache', async () => {
    origin.on('/a', ok('kept', { 'cache-control': 'max-age=60' }))
    const { fetch, request } = createClient({ recorder, cache: true })
    await (await request(`${origin.base}/a`)).body.text()
    await until(() => recorder.of('call').length === 1)

    const again = await request(`${origin.base}/a`)

    expect([await again.body.text(), origin.count()]).toEqual(['kept', 1])
    expect(recorder.of('cache').map(({ result }) => result)).toEqual(['miss', 'hit'])
    // fetch sends headers of its own; what the answer does not vary by does not matter.
    expect(await (await fetch(`${origin.base}/a`)).text()).toBe('kept')
    expect(origin.count()).toBe(1)
  })
})
