import { samplesOf } from '../count/numbers.ts'
import { RUN_LABEL, quoted } from '../query/selector.ts'
import { over, type Ask } from './census.ts'
import type { Marker } from './markers.ts'

/** Far longer than programs take to their first export. */
const EARLY_SECONDS = 3600

/**
 * Whether there is nothing of the first hour of a run that took longer: it is past the retention of the store, or files
 * were rotated away, and with it instances that ended early.
 */
export async function isBeginningLost(
  ask: Ask,
  run: string | null,
  { starts, to }: { readonly starts: readonly Pick<Marker, 'time'>[]; readonly to: number },
): Promise<boolean> {
  if (run === null || starts.length === 0) return false
  const early = Math.min(...starts.map(({ time }) => time)) + EARLY_SECONDS
  if (early >= to) return false
  const view = { to: early, seconds: EARLY_SECONDS, run }
  const answer = await ask(
    `count(last_over_time(${over(`{${RUN_LABEL}=${quoted(run)}}`, view)}))`,
    view.to,
  )
  return samplesOf(answer).length === 0
}
