import { BREAKER_STATES } from '@plimsoll/semconv'
import { duration, fields, numberIn, oneOf, type Check, type OptionPath } from '../options.ts'
import type { BreakerSnapshot } from './state.ts'

const count = numberIn({ atLeast: 0, integer: true })
const orNull =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path)
  }

const check = fields(
  {
    state: oneOf(...BREAKER_STATES),
    openings: count,
    remainingMs: orNull(duration),
    epochMs: numberIn({}),
    calls: count,
    failures: count,
  },
  ['state', 'openings', 'remainingMs', 'epochMs'],
)

/** A snapshot comes from a file or from another process. */
export function checkSnapshot(
  snapshot: unknown,
  path: OptionPath = ['snapshot'],
): asserts snapshot is BreakerSnapshot {
  check(snapshot, path)
}

/** Milliseconds since the snapshot was taken, within what was left then: a wall clock that jumped must not prolong it. */
export function elapsedSince(snapshot: BreakerSnapshot, epochMs: number, leftMs: number): number {
  if (leftMs === Infinity) return 0
  return Math.min(leftMs, Math.max(0, epochMs - snapshot.epochMs))
}
