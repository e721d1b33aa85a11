import { describe, expect, test } from 'vitest'
import {
  localRateStore,
  rateLimiter,
  type Booking,
  type LimiterOptions,
  type RateStore,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { deferred, watch } from '../support/promise-state.ts'

function setUp(store: RateStore, clock = manualClock(), rest: Partial<LimiterOptions> = {}) {
  const recorder = memoryRecorder()
  const limiter = rateLimiter({ ratePerSecond: 10, store, clock, recorder, ...rest })
  return { clock, recorder, limiter }
}

/** A store that does what a test says. */
function storeOf(book: RateStore['book'], rest: Partial<RateStore> = {}): RateStore {
  return { book, refund: async () => {}, pause: async () => {}, ...rest }
}

describe('limiters that share a store', () => {
  test('keep one limit together', async () => {
    const clock = manualClock()
    const store = localRateStore({ ratePerSecond: 10, clock })
    const [one, other] = [setUp(store, clock), setUp(store, clock)]
    const waits = [one, other, one].map(({ limiter }) => watch(limiter.acquire()))

    await clock.advance(0)
    expect(waits.map(({ state }) => state)).toEqual(['fulfilled', 'pending', 'pending'])
    await clock.advance(200)

    expect(waits.map(({ value }) => value?.delayMs)).toEqual([0, 100, 200])
    expect(one.recorder.of('rate')).toMatchObject([{ waitedS: 0 }, { waitedS: 0.2 }])
    expect(other.recorder.of('rate_queue').map(({ change }) => change)).toEqual([1, -1])
  })

  test('refuse a wait that is too long', async () => {
    const clock = manualClock()
    const { limiter, recorder } = setUp(localRateStore({ ratePerSecond: 1, clock }), clock)
    await limiter.acquire()

    await expect(limiter.acquire({ maxDelayMs: 999 })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_RATE_LIMITED',
      retryAfterMs: 1_000,
    })
    await expect(limiter.acquire({ deadlineMs: 500 })).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_DEADLINE',
    })
    expect(recorder.of('rate').map(({ result }) => result)).toEqual([
      'acquired',
      'blocked',
      'blocked',
    ])
  })

  test('give a slot back when the caller aborts during the wait', async () => {
    const clock = manualClock()
    const { limiter, recorder } = setUp(localRateStore({ ratePerSecond: 1, clock }), clock)
    await limiter.acquire()
    const caller = new AbortController()
    const given = watch(limiter.acquire({ signal: caller.signal }))
    await clock.advance(100)

    caller.abort('off')
    await clock.settle()

    expect(given).toMatchObject({ state: 'rejected', error: 'off' })
    const next = watch(limiter.acquire())
    await clock.advance(900)
    expect(next.value).toMatchObject({ delayMs: 900 })
    expect(recorder.of('rate').map(({ result }) => result)).toEqual([
      'acquired',
      'canceled',
      'acquired',
    ])
  })

  test('give a slot back that comes after the caller has aborted', async () => {
    const answer = deferred<Booking>()
    const refunds: unknown[] = []
    const store = storeOf(() => answer.promise, {
      refund: async (ticket) => void refunds.push(ticket),
    })
    const { limiter, clock } = setUp(store)
    const caller = new AbortController()
    const given = watch(limiter.acquire({ signal: caller.signal }))
    await clock.settle()

    caller.abort('off')
    await clock.settle()
    expect(given.error).toBe('off')
    answer.resolve({ granted: true, delayMs: 0, ticket: 'T' })
    await clock.settle()

    expect(refunds).toEqual(['T'])
  })

  test('give a slot back that is later than the store was allowed to book', async () => {
    const refunds: unknown[] = []
    const store = storeOf(async () => ({ granted: true, delayMs: 5_000, ticket: 'T' }), {
      refund: async (ticket) => void refunds.push(ticket),
    })
    const { limiter } = setUp(store, manualClock(), { maxDelayMs: 1_000 })

    await expect(limiter.acquire()).rejects.toMatchObject({ retryAfterMs: 5_000 })
    expect(refunds).toEqual(['T'])
  })

  test('go by their own count while the store fails, and say so', async () => {
    const errors: unknown[] = []
    const store = storeOf(() => Promise.reject(new Error('store down')))
    const { limiter, clock } = setUp(store, manualClock(), {
      onStoreError: (error) => {
        errors.push(error)
        throw new Error('hook')
      },
    })

    expect(await limiter.acquire()).toMatchObject({ delayMs: 0 })
    const second = watch(limiter.acquire())
    await clock.advance(100)

    expect(second.value).toMatchObject({ delayMs: 100 })
    expect(errors).toHaveLength(2)
  })

  test('pass a pause on', async () => {
    const clock = manualClock({ startMs: 1_000 })
    const { limiter } = setUp(localRateStore({ ratePerSecond: 10, clock }), clock)

    limiter.pauseUntil(3_000)
    limiter.pauseUntil(2_000)
    const wait = watch(limiter.acquire())
    await clock.advance(2_000)

    expect(wait.value).toEqual({ delayMs: 2_000, waitedMs: 2_000 })
  })
})

test('a local store refuses options that are none, and a ticket that is not its own changes nothing', async () => {
  expect(() => localRateStore({ ratePerSecond: -1 })).toThrow('localRateStore.ratePerSecond')
  const store = localRateStore({ ratePerSecond: 1, clock: manualClock() })
  await store.book(1, Infinity)

  await store.refund('foreign')

  expect(await store.book(1, 0)).toEqual({ granted: false, delayMs: 1_000 })
})
