import pRetry from 'p-retry'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Prepared } from '../../variant.ts'
import { measuredBreaker } from './measured-breaker.ts'
import { instrument } from './opentelemetry.ts'

/** What a program puts together today for what this project does: limiter, retry, breaker, metrics. */
export function assemble(spans: 'none' | 'sampled', flushMs: number): Prepared {
  const instrumentation = instrument(spans, flushMs)
  const breaker = measuredBreaker(flushMs)
  const limiter = new RateLimiterMemory({ points: 1_000_000_000, duration: 1 })
  return {
    call: async (url) => {
      const response = await pRetry(
        async () => {
          await limiter.consume(new URL(url).host)
          return breaker.fetch(url)
        },
        { retries: 2 },
      )
      return response.arrayBuffer()
    },
    seen: async () => ({ ...(await breaker.seen()), ...(await instrumentation()) }),
  }
}
