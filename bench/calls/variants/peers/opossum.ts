import type { Prepared } from '../../variant.ts'
import { measuredBreaker } from './measured-breaker.ts'

export function prepare(flushMs: number): Prepared {
  const breaker = measuredBreaker(flushMs)
  return {
    call: async (url) => {
      const response = await breaker.fetch(url)
      return response.arrayBuffer()
    },
    seen: breaker.seen,
  }
}
