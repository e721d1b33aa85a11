import { describe, expect, test } from 'vitest'
import { OptionError, rateLimiter, type LimiterOptions } from '@plimsoll/policies'
import { setUp } from './set-up.ts'

describe('options', () => {
  test.each([
    [{}, 'rateLimiter.ratePerSecond: this option is required'],
    [{ ratePerSecond: 0 }, 'expected a number of requests a second above 0, got 0'],
    [{ ratePerSecond: 1, burst: 0.5 }, 'rateLimiter.burst: expected a number of requests from 1'],
    [
      { ratePerSecond: 1, maxDelayMs: -1 },
      'rateLimiter.maxDelayMs: expected a number of milliseconds from 0 or Infinity, got -1',
    ],
    [
      { ratePerSec: 1 },
      'rateLimiter.ratePerSec: there is no such option; did you mean ratePerSecond?',
    ],
  ])('%j are refused: %s', (options, message) => {
    expect(() => rateLimiter(options as LimiterOptions)).toThrow(message)
  })

  test.each([{ cost: 0 }, { cost: 3 }, { cost: Number.NaN }, { maxDelayMs: Number.NaN }])(
    'a request of %j is refused',
    async (request) => {
      const { limiter } = setUp({ burst: 2 })

      expect(() => limiter.reserve(request)).toThrow(OptionError)
      await expect(limiter.acquire(request)).rejects.toThrow(OptionError)
    },
  )
})
