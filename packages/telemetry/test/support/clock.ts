import type { Clock } from '@plimsoll/policies'

/** A clock that stands still until it is told otherwise; both of its hands can be set apart. */
export interface HandClock extends Clock {
  advance(ms: number): void
  setEpoch(ms: number): void
}

/** 2026-11-22T12:00:00Z */
export const NOON_MS = Date.UTC(2026, 10, 22, 12)

export function handClock(): HandClock {
  let now = 0
  let epoch = NOON_MS
  return {
    now: () => now,
    epoch: () => epoch,
    sleep: () => Promise.reject(new Error('nothing in this package sleeps')),
    advance(ms) {
      now += ms
      epoch += ms
    },
    setEpoch(ms) {
      epoch = ms
    },
  }
}
