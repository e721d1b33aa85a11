import { chance, grownMs } from '../backoff.ts'
import type { RetrySettings } from './options.ts'

/**
 * Milliseconds to wait before the next attempt.
 *
 * @param step retries before it, 0 for the first
 * @param asked what the server asked for: never less than this
 */
export function retryDelayMs(
  { baseDelayMs, maxDelayMs, jitter }: RetrySettings,
  step: number,
  random: () => number,
  asked: number | undefined,
): number {
  const ceilingMs = grownMs({ baseMs: baseDelayMs, factor: 2, maxMs: maxDelayMs }, step)
  if (jitter === 'none') return Math.max(ceilingMs, asked ?? 0)
  // Jitter is only ever added to what the server asked for: many clients got the same answer.
  return (asked ?? 0) + ceilingMs * chance(random)
}
