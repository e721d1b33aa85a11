import {
  rateLimiter,
  type LimiterOptions,
  type RateLimiter,
  type Reservation,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'

export function setUp(options: Partial<LimiterOptions> = {}) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const limiter = rateLimiter({ name: 'api', ratePerSecond: 10, clock, recorder, ...options })
  return { clock, recorder, limiter }
}

export function granted(
  limiter: RateLimiter,
  request?: Parameters<RateLimiter['reserve']>[0],
): Reservation {
  const answer = limiter.reserve(request)
  if (!answer.granted) throw new Error('refused')
  return answer
}
