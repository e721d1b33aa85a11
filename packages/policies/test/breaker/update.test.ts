import { expect, test } from 'vitest'
import { admitted, fail, setUp } from './set-up.ts'

test('an open breaker stays open for what is left of its time, whatever the numbers become', () => {
  const { breaker, clock } = setUp({ consecutiveFailures: 1, openMs: 1_000 })
  fail(breaker, 1)
  clock.stall(400)

  breaker.update({ consecutiveFailures: 100, openMs: 10, jitter: 0 })

  expect(breaker.admit()).toMatchObject({ admitted: false, state: 'open', retryAfterMs: 600 })
})

test('the next opening is by the new numbers, and goes on growing from where it was', () => {
  const { breaker, clock } = setUp({ consecutiveFailures: 1, openMs: 1_000 })
  fail(breaker, 1)
  breaker.update({ consecutiveFailures: 1, openMs: 50, maxOpenMs: 500, jitter: 0 })
  clock.stall(1_000)
  fail(breaker, 1)

  expect(breaker.admit()).toMatchObject({ retryAfterMs: 100 })
})

test('a stricter number judges with the next outcome, and makes no change by itself', () => {
  const { breaker, recorder } = setUp({ consecutiveFailures: 10 })
  fail(breaker, 5)

  breaker.update({ consecutiveFailures: 3 })
  expect(breaker.state()).toBe('closed')
  fail(breaker, 1)

  expect(breaker.state()).toBe('open')
  expect(recorder.of('breaker_transition')).toHaveLength(1)
})

test('the failures of a window are kept when its length changes', () => {
  const { breaker, clock } = setUp({ minimumCalls: 100, windowMs: 1_000 })
  fail(breaker, 9)
  clock.stall(500)

  breaker.update({ minimumCalls: 10, windowMs: 60_000 })
  clock.stall(20_000)
  fail(breaker, 1)

  expect(breaker.state()).toBe('open')
})

test('a probe in flight keeps its time, and a later one with a shorter time may end before it', () => {
  const { breaker, clock } = setUp({
    consecutiveFailures: 1,
    openMs: 100,
    halfOpenProbes: 2,
    probeTimeoutMs: 5_000,
  })
  fail(breaker, 1)
  clock.stall(100)
  const early = admitted(breaker)
  breaker.update({ consecutiveFailures: 1, halfOpenProbes: 2, probeTimeoutMs: 50 })
  admitted(breaker)

  expect(breaker.admit()).toMatchObject({ admitted: false, retryAfterMs: 50 })
  clock.stall(50)
  expect(breaker.state()).toBe('open')
  expect(early.record('success')).toBe('late')
})

test('bad numbers are refused, and change nothing', () => {
  const { breaker } = setUp({ consecutiveFailures: 2 })

  expect(() => breaker.update({ openMs: 10, maxOpenMs: 5 })).toThrow('circuitBreaker.maxOpenMs')
  expect(() => breaker.update({ scope: 'host' } as never)).toThrow('circuitBreaker.scope')
  fail(breaker, 2)

  expect(breaker.state()).toBe('open')
})
