import {
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  wrap,
} from 'cockatiel'
import type { Prepared } from '../../variant.ts'

export function prepare(): Prepared {
  const policy = wrap(
    retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, {
      halfOpenAfter: 30_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 30_000 }),
    }),
  )
  return {
    call: async (url) => {
      const response = await policy.execute(() => fetch(url))
      return response.arrayBuffer()
    },
  }
}
