import { circuitBreaker, pipe, rateLimiter, retry, retryBudget, timeout } from '@plimsoll/policies'
import { createCells, createRecorder } from '@plimsoll/telemetry'
import type { Micro } from '../micro.ts'

/** Policies around an async function that does nothing, recorded into cells. */
export function prepare(): readonly Micro[] {
  const cells = createCells()
  const between = (): unknown => cells.collect()
  const recorder = createRecorder({ measures: cells.measures })
  const named = { recorder, subject: { source: 'archive' } }
  const breaker = circuitBreaker(named)
  const limiter = rateLimiter({ ...named, ratePerSecond: 1e9, burst: 1e9 })
  const again = retry({ ...named, budget: retryBudget() })
  const all = pipe(again, breaker, limiter, timeout({ timeoutMs: 1_000 }))
  const three = pipe(again, breaker, limiter)
  const two = pipe(again, breaker)
  const good = async (): Promise<number> => 1
  return [
    { name: 'no policy', step: () => good() },
    { name: 'retry, breaker', step: () => two.run(good), between },
    { name: 'retry, breaker, limiter', step: () => three.run(good), between },
    { name: 'retry, breaker, limiter, timeout', step: () => all.run(good), between },
  ]
}
