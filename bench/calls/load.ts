import { quantile } from '../statistics.ts'
import type { Call } from './variant.ts'

/** What a stretch of calls gave. Latencies are milliseconds. */
export interface Load {
  readonly calls: number
  readonly elapsedMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

// Kept outside the heap and made once, so that noting a latency allocates nothing. The newest are kept.
const latencies = new Float64Array(1 << 17)

/** How long a stretch is: until it has lasted and called enough, or has taken too long. */
export interface Length {
  readonly atLeastCalls: number
  readonly atLeastMs: number
  readonly atMostMs: number
}

/** Calls the urls in turn, `atOnce` at a time; each call that began is awaited. */
export async function load(
  call: Call,
  urls: readonly string[],
  atOnce: number,
  { atLeastCalls, atLeastMs, atMostMs }: Length,
): Promise<Load> {
  let calls = 0
  const start = performance.now()
  const goesOn = (now: number): boolean =>
    now - start < (calls < atLeastCalls ? atMostMs : atLeastMs)

  async function lane(): Promise<void> {
    let now = performance.now()
    while (goesOn(now)) {
      const index = calls
      calls += 1
      await call(urls[index % urls.length] ?? '')
      const done = performance.now()
      latencies[index % latencies.length] = done - now
      now = done
    }
  }

  await Promise.all(Array.from({ length: atOnce }, lane))
  const elapsedMs = performance.now() - start
  const noted = latencies.slice(0, Math.min(calls, latencies.length))
  return { calls, elapsedMs, p50Ms: quantile(noted, 0.5), p99Ms: quantile(noted, 0.99) }
}
