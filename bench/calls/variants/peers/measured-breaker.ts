import CircuitBreaker from 'opossum'
import PrometheusMetrics from 'opossum-prometheus'
import type { Seen } from '../../variant.ts'

export interface MeasuredBreaker {
  readonly fetch: (url: string) => Promise<Response>
  readonly seen: () => Promise<Seen>
}

/** opossum around the global fetch with its metrics, which are read as often as everything else is flushed. */
export function measuredBreaker(flushMs: number): MeasuredBreaker {
  const breaker = new CircuitBreaker((url: string) => fetch(url), { timeout: 10_000 })
  const measures = new PrometheusMetrics({ circuits: [breaker] })
  setInterval(() => measures.metrics, flushMs).unref()
  return {
    fetch: (url) => breaker.fire(url),
    seen: async () => {
      const fired = /^circuit\{[^}]*event="fire"[^}]*\} (\d+)/mu.exec(measures.metrics)
      return { metrics: Number(fired?.[1]) }
    },
  }
}
