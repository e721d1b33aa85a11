import {
  circuitBreaker,
  type BreakerOptions,
  type CircuitBreaker,
  type Permit,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'

export const BROKEN = new Error('broken')
export const failing = async (): Promise<never> => {
  throw BROKEN
}
export const working = async (): Promise<string> => 'value'

export function setUp(options: BreakerOptions = {}) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const breaker = circuitBreaker({ name: 'api', clock, recorder, jitter: 0, ...options })
  return { clock, recorder, breaker }
}

export function admitted(breaker: CircuitBreaker): Permit {
  const permit = breaker.admit()
  if (!permit.admitted) throw new Error('rejected')
  return permit
}

export function fail(breaker: CircuitBreaker, times: number): void {
  for (let time = 0; time < times; time++) admitted(breaker).record('failure')
}
