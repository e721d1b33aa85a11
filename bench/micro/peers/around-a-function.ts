import {
  bulkhead,
  circuitBreaker,
  fallback,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import CircuitBreaker from 'opossum'
import PrometheusMetrics from 'opossum-prometheus'
import pRetry from 'p-retry'
import type { Micro } from '../micro.ts'

/** The same work as ours: an async function that does nothing. */
export function prepare(): readonly Micro[] {
  const good = async (): Promise<number> => 1
  const again = retry(handleAll, { maxAttempts: 2 })
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: 1_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 30_000 }),
  })
  const two = wrap(again, breaker)
  const five = wrap(
    fallback(handleAll, 0),
    again,
    breaker,
    bulkhead(1_000),
    timeout(1_000, TimeoutStrategy.Cooperative),
  )
  const opossum = new CircuitBreaker(good, { timeout: 1_000 })
  const measured = new CircuitBreaker(good, { timeout: 1_000 })
  const measures = new PrometheusMetrics({ circuits: [measured] })
  return [
    { name: 'p-retry', step: () => pRetry(good, { retries: 2 }) },
    { name: 'cockatiel: retry, breaker', step: () => two.execute(good) },
    {
      name: 'cockatiel: fallback, retry, breaker, bulkhead, timeout',
      step: () => five.execute(good),
    },
    { name: 'opossum: breaker, timeout', step: () => opossum.fire() },
    {
      name: 'opossum: breaker, timeout, with opossum-prometheus',
      step: () => measured.fire(),
      between: () => measures.metrics,
    },
  ]
}
