import { describe, expect, test } from 'vitest'
import { exercise } from '@plimsoll/policies/testing'
import { deferred, watch } from '../support/promise-state.ts'
import { granted, setUp } from './set-up.ts'

describe('acquire', () => {
  test('goes at once while the burst lasts, without a timer', async () => {
    const { limiter, clock } = setUp({ burst: 2 })

    expect(await limiter.acquire()).toEqual({ delayMs: 0, waitedMs: 0 })
    expect(await limiter.acquire()).toEqual({ delayMs: 0, waitedMs: 0 })

    expect(clock.sleepers).toBe(0)
  })

  test('waits in the order of arrival, with one timer for all', async () => {
    const { limiter, clock } = setUp()
    await limiter.acquire()
    const order: number[] = []
    const waits = [1, 2, 3].map((place) => limiter.acquire().then(() => order.push(place)))
    await clock.settle()

    expect(clock.sleepers).toBe(1)
    await clock.advance(100)
    expect(order).toEqual([1])
    await clock.advance(200)

    expect(order).toEqual([1, 2, 3])
    await Promise.all(waits)
    expect(clock.sleepers).toBe(0)
  })

  test('says beforehand how long it will be, and rejects at once when that is too long', async () => {
    const { limiter, recorder } = setUp({ maxDelayMs: 50 })
    await limiter.acquire()

    await expect(limiter.acquire()).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_RATE_LIMITED',
      retryAfterMs: 100,
      message: 'the rate limit of api needs a wait of 100 ms, more than the 50 ms allowed',
    })
    await expect(limiter.acquire({ probe: true })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_RATE_LIMITED',
    })
    expect(recorder.of('rate').map(({ result }) => result)).toEqual([
      'acquired',
      'blocked',
      'head_skipped',
    ])
  })

  test('a probe that may wait so long waits', async () => {
    const { limiter, clock } = setUp({ maxDelayMs: 500 })
    await limiter.acquire()
    const probe = watch(limiter.acquire({ probe: true }))

    await clock.advance(100)

    expect(probe).toMatchObject({ state: 'fulfilled', value: { delayMs: 100, waitedMs: 100 } })
  })

  test('refuses a wait that ends after the deadline', async () => {
    const { limiter } = setUp()
    await limiter.acquire()

    await expect(limiter.acquire({ deadlineMs: 100 })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_DEADLINE',
    })
    await expect(limiter.acquire({ deadlineMs: 0 })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_DEADLINE',
    })
  })

  test('an abort settles at once with its reason, and those behind move up', async () => {
    const { limiter, clock, recorder } = setUp()
    await limiter.acquire()
    const caller = new AbortController()
    const given = watch(limiter.acquire({ signal: caller.signal }))
    const behind = watch(limiter.acquire())
    await clock.advance(30)

    caller.abort('changed my mind')
    await clock.settle()

    expect(given).toMatchObject({ state: 'rejected', error: 'changed my mind' })
    await clock.advance(70)
    expect(behind).toMatchObject({ state: 'fulfilled', value: { delayMs: 200, waitedMs: 100 } })
    expect(recorder.of('rate').at(1)).toMatchObject({
      result: 'canceled',
      delayS: 0.1,
      waitedS: 0.03,
    })
  })

  test('an abort of the last leaves no timer', async () => {
    const { limiter, clock } = setUp()
    await limiter.acquire()
    const caller = new AbortController()
    const given = watch(limiter.acquire({ signal: caller.signal }))
    await clock.settle()

    caller.abort()
    await clock.settle()

    expect(given.state).toBe('rejected')
    expect(clock.sleepers).toBe(0)
  })

  test('a caller that has aborted already takes nothing', async () => {
    const { limiter, recorder } = setUp()

    await expect(limiter.acquire({ signal: AbortSignal.abort('gone') })).rejects.toBe('gone')

    expect(recorder.of('rate')).toMatchObject([{ result: 'canceled', delayS: 0, waitedS: 0 }])
    expect(granted(limiter).delayMs).toBe(0)
  })

  test('those who wait and those who reserve stand in one line', async () => {
    const { limiter, clock } = setUp()
    await limiter.acquire()
    const caller = new AbortController()
    const first = watch(limiter.acquire({ signal: caller.signal }))
    await clock.settle()
    const promised = granted(limiter)
    const last = watch(limiter.acquire())
    await clock.settle()
    expect(promised.delayMs).toBe(200)

    caller.abort()
    await clock.advance(200)
    promised.commit()
    expect(first.state).toBe('rejected')
    expect(last.state).toBe('pending')
    await clock.advance(100)
    expect(last).toMatchObject({ state: 'fulfilled', value: { delayMs: 300 } })
  })

  test('a promise in the line that is canceled lets those behind move up', async () => {
    const { limiter, clock } = setUp()
    await limiter.acquire()
    const first = watch(limiter.acquire())
    await clock.settle()
    const promised = granted(limiter)
    const last = watch(limiter.acquire())
    await clock.settle()

    promised.cancel()
    await clock.advance(200)

    expect([first.state, last.state]).toEqual(['fulfilled', 'fulfilled'])
  })

  test('makes up for a timer that wakes a little late, but not for a stall', async () => {
    const { limiter, clock } = setUp({ ratePerSecond: 100 })
    await limiter.acquire()
    const waits = Array.from({ length: 30 }, () => watch(limiter.acquire()))
    const gone = () => waits.filter(({ state }) => state === 'fulfilled').length
    await clock.settle()

    clock.stall(14)
    await clock.advance(6)
    expect(gone()).toBe(2)
    clock.stall(200)
    await clock.advance(0)
    expect(gone()).toBe(4)
  })

  test('dispose sends everybody away who waits', async () => {
    const { limiter, clock, recorder } = setUp()
    await limiter.acquire()
    const waits = [watch(limiter.acquire()), watch(limiter.acquire())]
    await clock.settle()

    limiter.dispose()
    await clock.settle()

    expect(waits.map(({ error }) => (error as { code: string }).code)).toEqual([
      'ERR_PLIMSOLL_RATE_LIMITED',
      'ERR_PLIMSOLL_RATE_LIMITED',
    ])
    expect(clock.sleepers).toBe(0)
    expect(recorder.of('rate_queue').reduce((sum, { change }) => sum + change, 0)).toBe(0)
  })
})

describe('pauseUntil', () => {
  test('lets nobody go before, and then a burst', async () => {
    const { limiter, clock } = setUp({ burst: 2 })

    limiter.pauseUntil(1_000)
    const waits = [1, 2, 3].map(() => watch(limiter.acquire()))
    await clock.advance(999)
    expect(waits.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
    await clock.advance(1)
    expect(waits.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'pending'])
    await clock.advance(100)

    expect(waits[2]).toMatchObject({ state: 'fulfilled', value: { delayMs: 1_100 } })
  })

  test('holds those who wait already, and refuses who cannot wait so long', async () => {
    const { limiter, clock, recorder } = setUp()
    await limiter.acquire()
    const patient = watch(limiter.acquire())
    const hurried = watch(limiter.acquire({ maxDelayMs: 500 }))
    const last = watch(limiter.acquire())
    await clock.settle()

    limiter.pauseUntil(2_000)
    await clock.settle()

    expect(hurried).toMatchObject({
      state: 'rejected',
      error: { code: 'ERR_PLIMSOLL_RATE_LIMITED', retryAfterMs: 2_100 },
    })
    await clock.advance(1_999)
    expect(patient.state).toBe('pending')
    await clock.advance(1)
    expect(patient).toMatchObject({ state: 'fulfilled', value: { delayMs: 100, waitedMs: 2_000 } })
    await clock.advance(100)
    expect(last.state).toBe('fulfilled')
    expect(recorder.of('rate').at(1)).toMatchObject({ result: 'blocked', delayS: 2.1 })
  })

  test('never shortens an earlier pause', () => {
    const { limiter } = setUp()

    limiter.pauseUntil(1_000)
    limiter.pauseUntil(200)

    expect(granted(limiter).delayMs).toBe(1_000)
  })

  test('is not for what is no moment', () => {
    const { limiter } = setUp()

    expect(() => limiter.pauseUntil(Number.NaN)).toThrow('pauseUntil.ms')
  })
})

describe('running a call', () => {
  test('waits, then calls once', async () => {
    const { limiter, clock } = setUp()
    expect(await exercise(limiter, async () => 1)).toEqual({ value: 1, calls: 1 })
    const second = watch(exercise(limiter, async () => 2))

    await clock.advance(99)
    expect(second.state).toBe('pending')
    await clock.advance(1)
    expect(second.value).toEqual({ value: 2, calls: 1 })
  })

  test('does not call when it refuses, nor when the caller aborts in the line', async () => {
    const { limiter, clock } = setUp({ maxDelayMs: 150 })
    await limiter.acquire()
    const caller = new AbortController()
    const given = watch(exercise(limiter, async () => 1, { signal: caller.signal }))
    await clock.settle()

    expect(await exercise(limiter, async () => 1)).toEqual({
      error: 'ERR_PLIMSOLL_RATE_LIMITED',
      calls: 0,
    })
    caller.abort('off')
    await clock.settle()
    expect(given.value).toEqual({ error: 'off', calls: 0 })
  })

  test('an abort settles at once though the call does not heed it', async () => {
    const { limiter, clock } = setUp()
    const caller = new AbortController()
    const deaf = deferred<number>()
    const run = watch(limiter.run(() => deaf.promise, { signal: caller.signal }))

    await clock.settle()
    caller.abort('off')
    await clock.settle()

    expect(run).toMatchObject({ state: 'rejected', error: 'off' })
  })
})

describe('acquireNow', () => {
  test('goes while the burst lasts, and otherwise takes and tells nothing', async () => {
    const { limiter, clock, recorder } = setUp({ burst: 2 })

    expect([1, 2, 3].map(() => limiter.acquireNow())).toEqual([true, true, false])
    expect(recorder.of('rate').map(({ result }) => result)).toEqual(['acquired', 'acquired'])
    await clock.advance(100)

    expect(limiter.acquireNow()).toBe(true)
    expect(clock.sleepers).toBe(0)
  })

  test('goes before nobody who waits', async () => {
    const { limiter, clock } = setUp()
    await limiter.acquire()
    const waiting = limiter.acquire()
    await clock.settle()

    expect(limiter.acquireNow()).toBe(false)
    await clock.advance(100)
    await waiting
  })

  test('goes not after a deadline, nor for one who has called off', () => {
    const { limiter, recorder } = setUp({ burst: 2 })

    expect(limiter.acquireNow({ deadlineMs: 0 })).toBe(false)
    expect(limiter.acquireNow({ signal: AbortSignal.abort() })).toBe(false)
    expect(recorder.of('rate')).toEqual([])
  })
})
