import { circuitBreaker, isPlimsollError } from '@plimsoll/policies'
import { manualClock, memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, withBreaker, withRole } from '../src/index.ts'
import { hang, ok, rejectionOf, startOrigin, status, until, type Origin } from './origin.ts'

let origin: Origin
let other: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  other = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(async () => {
  await origin.close()
  await other.close()
})

describe('the breaker of a host', () => {
  const once = {
    retry: false,
    breaker: { consecutiveFailures: 2, openMs: 1_000, jitter: 0 },
  } as const

  test('opens after failures, sends nothing while it is open, and closes by a probe', async () => {
    const clock = manualClock()
    origin.on('/a', status(500), status(500), ok())
    const fetch = createFetch({ recorder, clock, defaults: once })
    await fetch(`${origin.base}/a`)
    await fetch(`${origin.base}/a`)

    const error = await rejectionOf(fetch(`${origin.base}/a`))
    expect(isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN')).toBe(true)
    expect(error).toMatchObject({ retryAfterMs: 1_000 })
    expect(origin.count()).toBe(2)
    await clock.advance(1_000)
    const probe = await fetch(`${origin.base}/a`)

    expect([probe.status, origin.count()]).toEqual([200, 3])
    expect(recorder.of('breaker_transition').map(({ newState }) => newState)).toEqual([
      'open',
      'half_open',
      'closed',
    ])
    expect(
      recorder
        .of('call')
        .map(({ breakerState, breakerRecorded, errorType }) => [
          breakerState,
          breakerRecorded,
          errorType,
        ]),
    ).toEqual([
      ['closed', 'failure', '500'],
      ['closed', 'failure', '500'],
      ['open', 'not_permitted', 'circuit_open'],
      ['half_open', 'success', undefined],
    ])
    expect(recorder.of('attempt')).toHaveLength(3)
  })

  test('is its own: another host goes on', async () => {
    origin.on('/a', status(500))
    other.on('/a', ok())
    const fetch = createFetch({ recorder, defaults: once })
    await fetch(`${origin.base}/a`)
    await fetch(`${origin.base}/a`)

    expect((await fetch(`${other.base}/a`)).status).toBe(200)
    expect(await rejectionOf(fetch(`${origin.base}/a`))).toMatchObject({
      errorType: 'circuit_open',
    })
  })

  test('does not count what the caller called off, nor a 429', async () => {
    origin.on('/hang', hang)
    origin.on('/busy', status(429))
    const fetch = createFetch({ recorder, defaults: once })

    for (let call = 0; call < 3; call++) {
      const controller = new AbortController()
      const rejected = rejectionOf(fetch(`${origin.base}/hang`, { signal: controller.signal }))
      await until(() => origin.count('/hang') === call + 1)
      controller.abort()
      await rejected
      await fetch(`${origin.base}/busy`)
    }

    expect(new Set(recorder.of('breaker_execution').map(({ recorded }) => recorded))).toEqual(
      new Set(['ignored']),
    )
    expect(recorder.of('breaker_transition')).toEqual([])
    expect(recorder.of('attempt').map((record) => record.errorType)).toEqual([
      'aborted',
      '429',
      'aborted',
      '429',
      'aborted',
      '429',
    ])
  })

  test('counts the statuses that the configuration names', async () => {
    origin.on('/a', status(429))
    const breaker = { ...once.breaker, failureStatuses: [429] }
    const fetch = createFetch({ recorder, defaults: { retry: false, breaker } })
    await fetch(`${origin.base}/a`)
    await fetch(`${origin.base}/a`)

    expect(await rejectionOf(fetch(`${origin.base}/a`))).toMatchObject({
      errorType: 'circuit_open',
    })
  })

  test('a refusal is not tried again', async () => {
    origin.on('/a', status(500))
    const fetch = createFetch({ recorder, defaults: { ...once, retry: { baseDelayMs: 0 } } })

    const error = await rejectionOf(fetch(`${origin.base}/a`))

    expect(error).toMatchObject({ errorType: 'circuit_open' })
    expect(origin.count()).toBe(2)
    expect(recorder.of('call')).toMatchObject([{ retryCount: 2, errorType: 'circuit_open' }])
  })
})

describe('the breaker of a source', () => {
  test('is asked before those of its hosts, and learns what they learn', async () => {
    origin.on('/a', status(500))
    other.on('/a', ok())
    const breaker = circuitBreaker({ recorder, name: 'library', consecutiveFailures: 1 })
    const fetch = withBreaker(createFetch({ recorder, defaults: { retry: false } }), breaker)
    await fetch(`${origin.base}/a`)

    const error = await rejectionOf(fetch(`${other.base}/a`))

    expect(isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN')).toBe(true)
    expect(other.count()).toBe(0)
    expect(
      recorder.of('breaker_execution').map(({ scope, recorded }) => [scope, recorded]),
    ).toEqual([
      ['resolver', 'failure'],
      ['host', 'failure'],
      ['resolver', 'not_permitted'],
    ])
  })

  test('gives its place back when the host says no', async () => {
    origin.on('/a', status(500), ok())
    const own = { consecutiveFailures: 1 }
    const breaker = circuitBreaker({ recorder, name: 'library', consecutiveFailures: 9 })
    const below = createFetch({ recorder, defaults: { retry: false, breaker: own } })
    const fetch = withRole(withBreaker(below, breaker), 'books')
    await fetch(`${origin.base}/a`)
    await rejectionOf(fetch(`${origin.base}/a`))

    const executions = recorder.of('breaker_execution')
    expect(executions.slice(2).map(({ scope, recorded }) => [scope, recorded])).toEqual([
      ['host', 'not_permitted'],
      ['resolver', 'ignored'],
    ])
    expect(recorder.of('call')[1]).toMatchObject({
      breakerState: 'open',
      breakerRecorded: 'not_permitted',
      subject: { role: 'books' },
    })
  })
})

describe('redirects', () => {
  test('each hop passes the policies of its own host, and is an attempt of its own', async () => {
    origin.on('/a', status(302, { location: `${other.base}/b` }))
    other.on('/b', ok('there'))
    const fetch = createFetch({
      recorder,
      hosts: {
        [origin.host]: { role: 'first', limiter: { ratePerSecond: 1_000 } },
        [other.host]: { role: 'second', limiter: { ratePerSecond: 1_000 } },
      },
    })

    const response = await fetch(`${origin.base}/a`)

    expect([await response.text(), response.redirected]).toEqual(['there', true])
    expect(recorder.of('attempt').map(({ subject, status }) => [subject.port, status])).toEqual([
      [origin.port, 302],
      [other.port, 200],
    ])
    expect(recorder.of('rate').map(({ subject }) => subject.port)).toEqual([
      origin.port,
      other.port,
    ])
    expect(recorder.of('call')).toMatchObject([
      { subject: { port: origin.port, role: 'first' }, status: 200, retryCount: 0 },
    ])
  })

  test('the breaker of the second host stops a hop', async () => {
    origin.on('/a', status(302, { location: `${other.base}/b` }))
    other.on('/b', status(500))
    const breaker = { consecutiveFailures: 1 }
    const fetch = createFetch({ recorder, defaults: { retry: false, breaker } })
    await fetch(`${origin.base}/a`)

    const error = await rejectionOf(fetch(`${origin.base}/a`))

    expect(isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN')).toBe(true)
    expect([origin.count(), other.count()]).toEqual([2, 1])
  })
})

describe('the limiter of a host', () => {
  test('spaces requests out, and the call knows how long it waited', async () => {
    const clock = manualClock()
    origin.on('/a', ok())
    const fetch = createFetch({ recorder, clock, defaults: { limiter: { ratePerSecond: 10 } } })
    const calls = [1, 2, 3].map(() => fetch(`${origin.base}/a`))
    await until(() => origin.count() === 1)

    await clock.advance(200)
    const responses = await Promise.all(calls)

    expect(responses.map((response) => response.status)).toEqual([200, 200, 200])
    const delays = recorder.of('call').map(({ rateDelayS }) => Math.round(rateDelayS * 1_000))
    expect(delays.sort((left, right) => left - right)).toEqual([0, 100, 200])
    expect(recorder.of('rate').every(({ result }) => result === 'acquired')).toBe(true)
  })

  test('refuses what would wait too long, and a HEAD is skipped', async () => {
    const clock = manualClock()
    origin.on('/a', ok())
    const limiter = { ratePerSecond: 1, maxDelayMs: 10 }
    const fetch = createFetch({ recorder, clock, defaults: { limiter, role: 'api' } })
    await fetch(`${origin.base}/a`)

    const blocked = await rejectionOf(fetch(`${origin.base}/a`))
    const skipped = await rejectionOf(fetch(`${origin.base}/a`, { method: 'HEAD' }))

    expect(
      [blocked, skipped].map((error) => isPlimsollError(error, 'ERR_PLIMSOLL_RATE_LIMITED')),
    ).toEqual([true, true])
    expect(recorder.of('rate').map(({ result, subject }) => [result, subject.role])).toEqual([
      ['acquired', 'api'],
      ['blocked', 'api'],
      ['head_skipped', 'api'],
    ])
    expect(
      recorder.of('call').map(({ errorType, breakerRecorded }) => [errorType, breakerRecorded]),
    ).toEqual([
      [undefined, 'success'],
      ['rate_limited', 'ignored'],
      ['rate_limited', 'ignored'],
    ])
    expect(origin.count()).toBe(1)
  })

  test('an abort while waiting settles at once and gives the place back', async () => {
    const clock = manualClock()
    origin.on('/a', ok())
    const fetch = createFetch({ recorder, clock, defaults: { limiter: { ratePerSecond: 1 } } })
    await fetch(`${origin.base}/a`)
    const controller = new AbortController()
    const reason = new Error('mine')
    const rejected = rejectionOf(fetch(`${origin.base}/a`, { signal: controller.signal }))
    await until(() => recorder.of('rate_queue').length === 1)

    controller.abort(reason)

    expect(await rejected).toBe(reason)
    expect(recorder.of('rate').at(-1)).toMatchObject({ result: 'canceled' })
    const next = fetch(`${origin.base}/a`)
    await clock.advance(1_000)
    expect((await next).status).toBe(200)
    expect(origin.count()).toBe(2)
  })

  test('a wait that the deadline does not allow is refused', async () => {
    const clock = manualClock()
    origin.on('/a', ok())
    const defaults = { limiter: { ratePerSecond: 1 }, deadlineMs: 500 }
    const fetch = createFetch({ recorder, clock, defaults })
    await fetch(`${origin.base}/a`)

    const error = await rejectionOf(fetch(`${origin.base}/a`))

    expect(isPlimsollError(error)).toBe(true)
    expect(['rate_limited', 'deadline']).toContain(recorder.of('call')[1]?.errorType)
    expect(origin.count()).toBe(1)
  })
})
