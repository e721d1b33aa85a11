import { circuitBreaker, rateLimiter, type CircuitBreaker } from '@plimsoll/policies'
import type { Micro } from '../micro.ts'

const MANY = 100_000

/** Decisions of breaker and limiter, with nobody listening. */
export function prepare(): readonly Micro[] {
  const open = circuitBreaker()
  open.forceOpen()
  const full = rateLimiter({ ratePerSecond: 1, maxDelayMs: 0 })
  full.reserve()
  const limiter = rateLimiter({ ratePerSecond: 1e9, burst: 1e9 })
  // Never opens, so that failures go on being counted.
  const patient = (): CircuitBreaker =>
    circuitBreaker({ failureRate: 1, consecutiveFailures: 1e9, minimumCalls: 1e9 })
  const [empty, filled] = [patient(), patient()]
  for (let call = 0; call < MANY; call += 1) decide(filled, 'success')
  return [
    { name: 'breaker: admit, record a success', step: () => decide(empty, 'success') },
    { name: 'breaker: admit, record a failure', step: () => decide(empty, 'failure') },
    {
      name: 'breaker: the same with 100,000 calls in the window',
      step: () => decide(filled, 'failure'),
    },
    { name: 'breaker: reject while open', step: () => open.admit() },
    {
      name: 'limiter: reserve, commit',
      step: () => {
        const reservation = limiter.reserve()
        if (reservation.granted) reservation.commit()
      },
    },
    { name: 'limiter: refuse', step: () => full.reserve() },
  ]
}

function decide(breaker: CircuitBreaker, outcome: 'success' | 'failure'): void {
  const permit = breaker.admit()
  if (permit.admitted) permit.record(outcome)
}
