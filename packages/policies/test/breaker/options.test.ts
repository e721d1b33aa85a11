import { describe, expect, test } from 'vitest'
import { circuitBreaker, type BreakerOptions } from '@plimsoll/policies'
import { fail, setUp } from './set-up.ts'

describe('options', () => {
  test.each([
    [{ failureRate: 0 }, 'circuitBreaker.failureRate: expected a number above 0 to 1, got 0'],
    [{ failureRate: 50 }, 'circuitBreaker.failureRate: expected a number above 0 to 1, got 50'],
    [{ minimumCalls: 1.5 }, 'circuitBreaker.minimumCalls: expected a whole number from 1, got 1.5'],
    [
      { openMs: '5s' },
      'circuitBreaker.openMs: expected a number of milliseconds above 0, got "5s"',
    ],
    [{ openMs: Number.NaN }, 'got NaN'],
    [{ scope: 'dns' }, 'circuitBreaker.scope: expected "host" or "resolver", got "dns"'],
    [{ maxOpenMs: 10 }, 'circuitBreaker.maxOpenMs: expected at least openMs, 5000, got 10'],
    [
      { halfOpenProbs: 1 },
      'circuitBreaker.halfOpenProbs: there is no such option; did you mean halfOpenProbes?',
    ],
    [
      { clock: {} },
      'circuitBreaker.clock: expected a clock (with now, epoch, sleep), got an object',
    ],
    [null, 'circuitBreaker: expected an object of options, got null'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => circuitBreaker(options as BreakerOptions)).toThrow(message)
  })

  test('openMs above the usual most raises the most', () => {
    const { breaker } = setUp({ minimumCalls: 1, openMs: 90_000 })

    fail(breaker, 1)

    expect(breaker.admit()).toMatchObject({ retryAfterMs: 90_000 })
  })
})
