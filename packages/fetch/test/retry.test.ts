import { manualClock, memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { isPlimsollError } from '@plimsoll/policies'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, type FetchOptions } from '../src/index.ts'
import { hang, ok, rejectionOf, reset, startOrigin, status, until, type Origin } from './origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

/** Retries without waits, and nothing else. */
function retrying(more: FetchOptions['defaults'] = {}): typeof globalThis.fetch {
  const retry = { baseDelayMs: 0, budget: false, ...more.retry } as const
  return createFetch({ recorder, defaults: { breaker: false, ...more, retry } })
}

describe('what is sent again', () => {
  test('a GET that fails and then succeeds is one good call of two attempts', async () => {
    origin.on('/a', status(503), ok())

    const response = await retrying()(`${origin.base}/a`)

    expect([response.status, await response.text(), origin.count()]).toEqual([200, 'fine', 2])
    expect(recorder.of('attempt').map((record) => [record.status, record.errorType])).toEqual([
      [503, '503'],
      [200, undefined],
    ])
    expect(recorder.of('call')).toMatchObject([
      { status: 200, errorType: undefined, retryCount: 1 },
    ])
    expect(recorder.of('retry')).toMatchObject([{ reason: '5xx', result: 'scheduled' }])
  })

  test('the last answer stands when the retries are used up', async () => {
    origin.on('/a', status(503, {}, 'sorry'))

    const response = await retrying()(`${origin.base}/a`)

    expect([response.status, await response.text(), origin.count()]).toEqual([503, 'sorry', 3])
    expect(recorder.of('call')).toMatchObject([{ status: 503, errorType: '503', retryCount: 2 }])
    expect(recorder.of('retry').map(({ result }) => result)).toEqual([
      'scheduled',
      'scheduled',
      'exhausted',
    ])
  })

  test("a connection that breaks is tried again, and its error is the platform's", async () => {
    origin.on('/a', reset, ok())
    origin.on('/b', reset)
    const fetch = retrying()

    expect((await fetch(`${origin.base}/a`)).status).toBe(200)
    const error = await rejectionOf(fetch(`${origin.base}/b`))

    expect(error).toBeInstanceOf(TypeError)
    expect([origin.count('/a'), origin.count('/b')]).toEqual([2, 3])
    expect(recorder.of('call')[1]).toMatchObject({ errorType: 'UND_ERR_SOCKET', retryCount: 2 })
  })

  test.each([408, 429, 500, 502, 503, 504])('status %i is worth another attempt', async (code) => {
    origin.on('/a', status(code), ok())

    expect((await retrying()(`${origin.base}/a`)).status).toBe(200)
    expect(origin.count()).toBe(2)
  })

  test.each([400, 401, 403, 404, 410, 501])('status %i is an answer', async (code) => {
    origin.on('/a', status(code), ok())

    expect((await retrying()(`${origin.base}/a`)).status).toBe(code)
    expect(origin.count()).toBe(1)
  })

  test('a POST is not sent again unless the configuration says so', async () => {
    origin.on('/a', status(503), ok())
    const once = await retrying()(`${origin.base}/a`, { method: 'POST', body: 'x' })
    expect([once.status, origin.count()]).toEqual([503, 1])
    expect(recorder.of('retry')).toMatchObject([{ reason: '5xx', result: 'not_retryable' }])

    origin.on('/b', status(503), ok())
    const fetch = retrying({ retry: { methods: ['POST'] } })
    const twice = await fetch(`${origin.base}/b`, { method: 'POST', body: 'x' })

    expect([twice.status, origin.count('/b')]).toEqual([200, 2])
  })

  test('a body is sent again as it was', async () => {
    origin.on('/a', status(503), ok())
    const form = new FormData()
    form.set('a', 'b')
    const bodies = [
      'text',
      new TextEncoder().encode('bytes'),
      new Blob(['blob']),
      new URLSearchParams('a=b'),
      form,
    ]

    for (const body of bodies) {
      origin.on('/a', status(503), ok())
      await retrying()(`${origin.base}/a`, { method: 'PUT', body })
    }

    const sent = origin.seen.map(({ body }) => body.replaceAll(/-+formdata-undici-\d+/gu, ''))
    expect(sent).toHaveLength(10)
    for (let index = 0; index < 10; index += 2) expect(sent[index + 1]).toBe(sent[index])
    expect(sent[0]).toBe('text')
  })

  test('a stream is never sent again, nor is the body of a Request', async () => {
    origin.on('/a', status(503))
    const body = new Blob(['stream']).stream()
    await retrying()(`${origin.base}/a`, { method: 'PUT', body, duplex: 'half' })
    expect(origin.count()).toBe(1)

    await retrying()(new Request(`${origin.base}/a`, { method: 'PUT', body: 'x' }))
    expect(origin.count()).toBe(2)

    await retrying()(new Request(`${origin.base}/a`, { method: 'PUT' }))
    expect(origin.count()).toBe(5)
  })

  test('the budget of the host limits the retries of all its calls', async () => {
    origin.on('/a', status(503))
    const retry = { baseDelayMs: 0, budget: { ratio: 0, minPerSecond: 0.3 } }
    const fetch = createFetch({ recorder, defaults: { breaker: false, retry } })

    for (let call = 0; call < 5; call++) await fetch(`${origin.base}/a`)

    expect(origin.count()).toBe(5 + 3)
    expect(recorder.of('retry').at(-1)).toMatchObject({ result: 'budget_exhausted' })
  })

  test('retry: false sends once', async () => {
    origin.on('/a', status(503, { 'retry-after': '7' }))
    const fetch = createFetch({ recorder, defaults: { retry: false } })

    await fetch(`${origin.base}/a`)

    expect(origin.count()).toBe(1)
    expect(recorder.of('call')).toMatchObject([{ retryAfterS: 7, retryAfterAction: 'ignored' }])
  })
})

describe('Retry-After', () => {
  const wait = (seconds: number): string => String(seconds)
  const date = (seconds: number): string =>
    new Date(1_800_000_000_000 + seconds * 1_000).toUTCString()

  test.each([
    ['in seconds', wait],
    ['as a date', date],
  ])('%s: the next attempt comes no earlier', async (_, form) => {
    const clock = manualClock({ epochMs: 1_800_000_000_000 })
    origin.on('/a', status(429, { 'retry-after': form(5), date: date(0) }), ok())
    const fetch = createFetch({ recorder, clock, random: () => 0.5 })
    const call = fetch(`${origin.base}/a`)
    await until(() => recorder.of('retry').length === 1)

    await clock.advance(4_999)
    expect(origin.count()).toBe(1)
    await clock.advance(60)
    await until(() => origin.count() === 2)

    expect((await call).status).toBe(200)
    expect(recorder.of('retry_after')).toMatchObject([{ durationS: 5, action: 'honoured' }])
    expect(recorder.of('call')).toMatchObject([
      { retryAfterS: 5, retryAfterAction: 'honoured', retryDelayS: 5.05 },
    ])
  })

  test('longer than the cap: the answer stands', async () => {
    origin.on('/a', status(503, { 'retry-after': '3600' }))

    const response = await retrying()(`${origin.base}/a`)

    expect([response.status, origin.count()]).toEqual([503, 1])
    expect(recorder.of('retry')).toMatchObject([{ result: 'retry_after_over_cap' }])
    expect(recorder.of('call')).toMatchObject([
      { retryAfterS: 3_600, retryAfterAction: 'over_cap' },
    ])
  })

  test('garbage is no wait', async () => {
    origin.on(
      '/a',
      status(503, { 'retry-after': '1e99' }),
      status(503, { 'retry-after': '-1' }),
      ok(),
    )

    expect((await retrying()(`${origin.base}/a`)).status).toBe(200)
    expect(origin.count()).toBe(3)
    expect(recorder.of('retry_after')).toEqual([])
  })

  test('holds back the limiter of the host for every call', async () => {
    const clock = manualClock()
    origin.on('/a', status(429, { 'retry-after': '5' }))
    origin.on('/b', ok())
    const limiter = { ratePerSecond: 1_000, burst: 100 }
    const fetch = createFetch({ recorder, clock, defaults: { limiter, retry: false } })
    await fetch(`${origin.base}/a`)

    const other = fetch(`${origin.base}/b`)
    await clock.advance(4_999)
    expect(origin.count('/b')).toBe(0)
    await clock.advance(1)

    expect((await other).status).toBe(200)
    expect(recorder.of('call')[1]).toMatchObject({ rateDelayS: 5 })
  })

  test('keeps a breaker that opens open as long', async () => {
    const clock = manualClock()
    origin.on('/a', status(503, { 'retry-after': '20' }))
    const breaker = { consecutiveFailures: 1, openMs: 1_000, jitter: 0 }
    const fetch = createFetch({ recorder, clock, defaults: { breaker, retry: false } })
    await fetch(`${origin.base}/a`)

    await clock.advance(19_000)
    const error = await rejectionOf(fetch(`${origin.base}/a`))

    expect(isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN')).toBe(true)
    expect(origin.count()).toBe(1)
  })
})

describe('time limits', () => {
  test('an attempt that hangs is cancelled, and tried again', async () => {
    const clock = manualClock()
    origin.on('/a', hang, ok())
    const retry = { baseDelayMs: 10 }
    const fetch = createFetch({ recorder, clock, defaults: { timeoutMs: 100, retry } })
    const call = fetch(`${origin.base}/a`)
    await until(() => origin.count() === 1)

    await clock.advance(100)
    await clock.advance(10)

    expect((await call).status).toBe(200)
    expect(recorder.of('attempt')).toMatchObject([
      { errorType: 'timeout', durationS: 0.1 },
      { status: 200 },
    ])
    expect(recorder.of('retry')).toMatchObject([{ reason: 'timeout', result: 'scheduled' }])
  })

  test('the last timeout is the error of the call', async () => {
    const clock = manualClock()
    origin.on('/a', hang)
    const fetch = createFetch({ recorder, clock, defaults: { timeoutMs: 100, retry: false } })
    const rejected = rejectionOf(fetch(`${origin.base}/a`))
    await until(() => origin.count() === 1)

    await clock.advance(100)

    expect(isPlimsollError(await rejected, 'ERR_PLIMSOLL_TIMEOUT')).toBe(true)
    expect(recorder.of('call')).toMatchObject([{ errorType: 'timeout', durationS: 0.1 }])
    expect(clock.sleepers).toBe(0)
  })

  test('the deadline bounds attempts and waits together', async () => {
    const clock = manualClock()
    origin.on('/a', status(503), hang)
    const defaults = { timeoutMs: 500, deadlineMs: 300, retry: { baseDelayMs: 100 } }
    const fetch = createFetch({ recorder, clock, random: () => 0.999, defaults })
    const rejected = rejectionOf(fetch(`${origin.base}/a`))
    await until(() => recorder.of('retry').length === 1)
    await clock.advance(100)
    await until(() => origin.count() === 2)

    await clock.advance(200)

    expect(isPlimsollError(await rejected, 'ERR_PLIMSOLL_DEADLINE')).toBe(true)
    expect(recorder.of('call')).toMatchObject([{ errorType: 'deadline', durationS: 0.3 }])
    expect(clock.sleepers).toBe(0)
  })

  test('a retry that the deadline leaves no time for does not happen', async () => {
    origin.on('/a', status(503, { 'retry-after': '5' }))
    const fetch = createFetch({ recorder, defaults: { deadlineMs: 1_000 } })

    expect((await fetch(`${origin.base}/a`)).status).toBe(503)
    expect(origin.count()).toBe(1)
    expect(recorder.of('retry')).toMatchObject([{ result: 'deadline' }])
  })

  test('a body may take longer than any limit', async () => {
    const clock = manualClock()
    origin.on('/a', (response) => {
      response.write('first ')
      origin.on('/rest', (rest) => {
        response.end('last')
        rest.end()
      })
    })
    const fetch = createFetch({ recorder, clock, defaults: { timeoutMs: 100, deadlineMs: 200 } })
    const response = await fetch(`${origin.base}/a`)

    await clock.advance(60_000)
    await fetch(`${origin.base}/rest`)

    expect(await response.text()).toBe('first last')
  })
})

describe('an abort', () => {
  test('in the backoff settles at once, with the own reason, and nothing is sent again', async () => {
    const clock = manualClock()
    origin.on('/a', status(503, { 'retry-after': '20' }), ok())
    const controller = new AbortController()
    const reason = new Error('mine')
    const fetch = createFetch({ recorder, clock })
    const rejected = rejectionOf(fetch(`${origin.base}/a`, { signal: controller.signal }))
    await until(() => recorder.of('retry').length === 1)

    controller.abort(reason)

    expect(await rejected).toBe(reason)
    await clock.advance(60_000)
    expect(origin.count()).toBe(1)
    expect(clock.sleepers).toBe(0)
    expect(recorder.of('call')).toMatchObject([{ errorType: 'aborted', status: undefined }])
    expect(recorder.of('retry').at(-1)).toMatchObject({ result: 'aborted' })
  })

  test('before anything was sent settles at once, and leaves no timer', async () => {
    const clock = manualClock()
    const controller = new AbortController()
    origin.on('/a', hang)
    const fetch = createFetch({ recorder, clock })
    const rejected = rejectionOf(fetch(`${origin.base}/a`, { signal: controller.signal }))
    controller.abort()

    expect(await rejected).toBe(controller.signal.reason)
    expect(recorder.of('attempt')).toHaveLength(recorder.of('breaker_execution').length)
    expect(recorder.of('call')).toMatchObject([{ errorType: 'aborted' }])
    expect(clock.sleepers).toBe(0)
  })

  test('by a clock of the caller is a timeout', async () => {
    origin.on('/a', hang)
    const signal = AbortSignal.timeout(10)

    const error = await rejectionOf(createFetch({ recorder })(`${origin.base}/a`, { signal }))

    expect(error).toBe(signal.reason)
    expect(recorder.of('call')).toMatchObject([{ errorType: 'timeout' }])
    expect(recorder.of('breaker_execution')).toMatchObject([{ recorded: 'failure' }])
  })
})
