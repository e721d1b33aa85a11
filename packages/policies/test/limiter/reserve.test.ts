import { describe, expect, test } from 'vitest'
import { granted, setUp } from './set-up.ts'

describe('reserve', () => {
  test('spaces requests out by the rate', () => {
    const { limiter } = setUp()

    const delays = [1, 2, 3].map(() => granted(limiter).delayMs)

    expect(delays).toEqual([0, 100, 200])
  })

  test('lets a burst go at once, and again only as time pays for it', async () => {
    const { limiter, clock } = setUp({ burst: 3 })

    expect([1, 2, 3, 4].map(() => granted(limiter).delayMs)).toEqual([0, 0, 0, 100])
    await clock.advance(300)
    expect([1, 2, 3].map(() => granted(limiter).delayMs)).toEqual([0, 0, 100])
    await clock.advance(3_600_000)
    expect([1, 2, 3, 4].map(() => granted(limiter).delayMs)).toEqual([0, 0, 0, 100])
  })

  test('counts a cost', () => {
    const { limiter } = setUp({ burst: 5 })

    expect(granted(limiter, { cost: 5 }).delayMs).toBe(0)
    expect(granted(limiter, { cost: 2 }).delayMs).toBe(200)
    expect(granted(limiter, { cost: 0.5 }).delayMs).toBe(250)
  })

  test('refuses a wait that is too long, and books nothing', () => {
    const { limiter, recorder } = setUp({ maxDelayMs: 150 })
    granted(limiter)
    granted(limiter)

    expect(limiter.reserve()).toEqual({ granted: false, result: 'blocked', delayMs: 200 })
    expect(limiter.reserve({ probe: true })).toMatchObject({ result: 'head_skipped' })
    expect(limiter.reserve({ maxDelayMs: 200 })).toMatchObject({ granted: true, delayMs: 200 })

    const place = { kind: 'rate', subject: { source: 'api' } }
    expect(recorder.of('rate')).toEqual([
      { ...place, result: 'blocked', delayS: 0.2, maxDelayS: 0.15, waitedS: 0 },
      { ...place, result: 'head_skipped', delayS: 0.2, maxDelayS: 0.15, waitedS: 0 },
    ])
  })

  test('a canceled reservation was never made', () => {
    const { limiter } = setUp({ burst: 2 })
    const first = granted(limiter)
    granted(limiter)

    first.cancel()

    expect(granted(limiter).delayMs).toBe(0)
    expect(granted(limiter).delayMs).toBe(100)
  })

  test('a refund never lets more through: who came later keeps the moment that was promised', () => {
    const { limiter } = setUp({ burst: 1 })
    granted(limiter)
    const second = granted(limiter)
    const third = granted(limiter)

    second.cancel()

    expect(third.delayMs).toBe(200)
    expect(granted(limiter).delayMs).toBe(300)
  })

  test('settles once: after a commit there is nothing to cancel, and the other way round', () => {
    const { limiter, recorder } = setUp()
    const first = granted(limiter)
    first.commit()
    first.cancel()
    const second = granted(limiter)
    second.cancel()
    second.commit()

    expect(recorder.of('rate').map(({ result }) => result)).toEqual(['acquired', 'canceled'])
    expect(granted(limiter).delayMs).toBe(100)
  })

  test('reports what was reserved when it is used, and who waits meanwhile', async () => {
    const { limiter, recorder, clock } = setUp()
    granted(limiter).commit()
    const later = granted(limiter, { subject: { address: 'a.example', role: 'search' } })
    await clock.advance(120)
    later.commit()

    const subject = { address: 'a.example', role: 'search' }
    expect(recorder.records).toEqual([
      { kind: 'rate', subject: { source: 'api' }, result: 'acquired', delayS: 0, waitedS: 0 },
      { kind: 'rate_queue', subject, change: 1 },
      { kind: 'rate', subject, result: 'acquired', delayS: 0.1, waitedS: 0.12 },
      { kind: 'rate_queue', subject, change: -1 },
    ])
  })

  test('remembers a bounded number of reservations that nobody settles', () => {
    const { limiter } = setUp({ ratePerSecond: 1_000, burst: 2 })
    const forgotten = granted(limiter)
    for (let more = 0; more < 5_000; more++) granted(limiter)

    forgotten.cancel()

    expect(granted(limiter).delayMs).toBeCloseTo(5_000, 3)
  })
})
