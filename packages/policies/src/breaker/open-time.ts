import { chance, grownMs } from '../backoff.ts'
import { isDelay } from '../status.ts'
import type { BreakerSettings } from './options.ts'

/**
 * Milliseconds that a breaker stays open.
 *
 * @param step openings since it was last closed, 0 for the first
 * @param retryAfterMs what the answer that opened it asked for: never less than this
 */
export function openTimeMs(
  { openMs, maxOpenMs, backoffFactor, jitter }: BreakerSettings,
  step: number,
  random: () => number,
  retryAfterMs: number | undefined,
): number {
  const fullMs = grownMs({ baseMs: openMs, factor: backoffFactor, maxMs: maxOpenMs }, step)
  const drawnMs = fullMs * jitter * chance(random)
  const asked = isDelay(retryAfterMs) ? retryAfterMs : 0
  // Jitter shortens our own wait, which only has to end some time, and lengthens one that was asked for.
  return asked > fullMs - drawnMs ? asked + drawnMs : fullMs - drawnMs
}
