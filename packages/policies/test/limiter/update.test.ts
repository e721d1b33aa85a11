import { expect, test } from 'vitest'
import { setUp, granted } from './set-up.ts'

test('who waits keeps its place, and goes by the new rate', async () => {
  const { limiter, clock } = setUp({ ratePerSecond: 1 })
  await limiter.acquire()
  const first = limiter.acquire()
  const second = limiter.acquire()

  limiter.update({ ratePerSecond: 10 })
  await clock.advance(200)

  expect(await Promise.all([first, second])).toEqual([
    { delayMs: 1_000, waitedMs: 100 },
    { delayMs: 2_000, waitedMs: 200 },
  ])
})

test('who cannot wait as long as the new rate asks is refused, with how long it would be', async () => {
  const { limiter } = setUp({ ratePerSecond: 10 })
  await limiter.acquire()
  const waiting = limiter.acquire({ maxDelayMs: 500 })

  limiter.update({ ratePerSecond: 1 })

  await expect(waiting).rejects.toMatchObject({
    code: 'ERR_PLIMSOLL_RATE_LIMITED',
    retryAfterMs: 1_000,
  })
})

test('who counts for more than the new burst can never go, and is refused', async () => {
  const { limiter } = setUp({ ratePerSecond: 10, burst: 5 })
  await limiter.acquire({ cost: 5 })
  const waiting = limiter.acquire({ cost: 5 })

  limiter.update({ ratePerSecond: 10, burst: 2 })

  await expect(waiting).rejects.toMatchObject({ retryAfterMs: Infinity })
})

test('a moment that was promised stays, and those who come later go after it', () => {
  const { limiter } = setUp({ ratePerSecond: 1 })
  granted(limiter).commit()
  const promised = granted(limiter)

  limiter.update({ ratePerSecond: 100 })

  expect(promised.delayMs).toBe(1_000)
  expect(granted(limiter).delayMs).toBe(1_010)
})

test('what was let through counts against a smaller burst', async () => {
  const { limiter } = setUp({ ratePerSecond: 10, burst: 5 })
  for (let sent = 0; sent < 5; sent++) await limiter.acquire()

  limiter.update({ ratePerSecond: 10, burst: 1 })

  expect(limiter.state()).toEqual({ queued: 0, delayMs: 500 })
})

test('a larger burst is not there at once, however often the numbers change', async () => {
  const { limiter } = setUp({ ratePerSecond: 10, burst: 1 })
  for (const burst of [5, 1, 5, 1, 5]) limiter.update({ ratePerSecond: 10, burst })
  await limiter.acquire()

  expect(limiter.state().delayMs).toBe(100)
})

test('a pause and its end outlive a change', () => {
  const { limiter } = setUp({ ratePerSecond: 10 })
  limiter.pauseUntil(3_000)

  limiter.update({ ratePerSecond: 1_000, burst: 10 })

  expect(limiter.state().delayMs).toBe(3_000)
})

test('lifted, who waits goes at once and nothing counts; back, it is as if nobody had come meanwhile', async () => {
  const { limiter, clock, recorder } = setUp({ ratePerSecond: 1 })
  await limiter.acquire()
  const waiting = limiter.acquire()

  limiter.update(false)
  expect(await waiting).toEqual({ delayMs: 1_000, waitedMs: 0 })
  for (let sent = 0; sent < 100; sent++) await limiter.acquire({ maxDelayMs: 0 })
  granted(limiter).cancel()
  expect(await limiter.run(async () => 'went')).toBe('went')
  expect(limiter.state()).toEqual({ queued: 0, delayMs: 0 })
  await clock.advance(400)
  limiter.update({ ratePerSecond: 1 })

  expect(limiter.state()).toEqual({ queued: 0, delayMs: 600 })
  expect(recorder.of('rate')).toHaveLength(104)
  expect(clock.sleepers).toBe(0)
})

test('lifted, a deadline that has passed is told all the same', async () => {
  const { limiter } = setUp()
  limiter.update(false)

  await expect(limiter.acquire({ deadlineMs: 0 })).rejects.toMatchObject({
    code: 'ERR_PLIMSOLL_DEADLINE',
  })
})

test('its state tells who waits, and how long a newcomer would', async () => {
  const { limiter, clock } = setUp({ ratePerSecond: 10 })
  await limiter.acquire()
  const waiting = limiter.acquire()

  expect(limiter.state()).toEqual({ queued: 1, delayMs: 200 })
  await clock.advance(100)
  await waiting
  expect(limiter.state()).toEqual({ queued: 0, delayMs: 100 })
})

test('under another name the records of those who come later have it', async () => {
  const { limiter, recorder, clock } = setUp({ ratePerSecond: 10 })
  await limiter.acquire()
  const waiting = limiter.acquire()

  limiter.update({ ratePerSecond: 10, subject: { source: 'renamed' } })
  await clock.advance(500)
  await waiting
  await limiter.acquire()

  const names = recorder.of('rate').map(({ subject }) => subject.source)
  expect(names).toEqual(['api', 'api', 'renamed'])
  const queued = recorder.of('rate_queue').map(({ subject }) => subject.source)
  expect(queued).toEqual(['api', 'api'])
})

test('bad numbers are refused, and change nothing', async () => {
  const { limiter } = setUp({ ratePerSecond: 10 })
  await limiter.acquire()

  expect(() => limiter.update({ ratePerSecond: 0 })).toThrow(
    'rateLimiter.ratePerSecond: expected a number of requests a second above 0, got 0',
  )
  expect(() => limiter.update({ ratePerSecond: 5, clock: 1 } as never)).toThrow(
    'rateLimiter.clock: there is no such option',
  )
  expect(limiter.state().delayMs).toBe(100)
})
