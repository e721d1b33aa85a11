import Bottleneck from 'bottleneck'
import pRetry from 'p-retry'
import type { Prepared } from '../../variant.ts'
import { measuredBreaker } from './measured-breaker.ts'
import { instrument } from './opentelemetry.ts'

/** The assembled stack with a limiter that waits, which rate-limiter-flexible does not. */
export function prepare(flushMs: number): Prepared {
  const seen = instrument('none', flushMs)
  const breaker = measuredBreaker(flushMs)
  const limiter = new Bottleneck({
    reservoir: 1_000_000_000,
    reservoirRefreshAmount: 1_000_000_000,
    reservoirRefreshInterval: 1_000,
  })
  return {
    call: async (url) => {
      const response = await pRetry(() => limiter.schedule(() => breaker.fetch(url)), {
        retries: 2,
      })
      return response.arrayBuffer()
    },
    seen,
  }
}
