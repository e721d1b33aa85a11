import type { Comparison } from '../spec/model.ts'

/** Where a value lies: from `low` to `high`, null being unbounded. */
export interface Interval {
  readonly low: number | null
  /** The value is above `low`, not equal to it. */
  readonly lowOpen: boolean
  readonly high: number | null
  /** The value is below `high`, not equal to it. @default false */
  readonly highOpen?: boolean
}

export function exactly(value: number): Interval {
  return { low: value, lowOpen: false, high: value }
}

/** `kept` or `broken` when it is so for every value of the interval, else `open`. */
export type Comparing = 'kept' | 'broken' | 'open'

export function compare(interval: Interval, op: Comparison, limit: number): Comparing {
  const [kept, broken] = TESTS[op](interval, limit)
  if (kept) return 'kept'
  return broken ? 'broken' : 'open'
}

type Test = (interval: Interval, limit: number) => readonly [kept: boolean, broken: boolean]

const TESTS: Readonly<Record<Comparison, Test>> = {
  lte: (interval, limit) => [!reachesAbove(interval, limit), allAbove(interval, limit)],
  lt: (interval, limit) => [allBelow(interval, limit), !reachesBelow(interval, limit)],
  gte: (interval, limit) => [!reachesBelow(interval, limit), allBelow(interval, limit)],
  gt: (interval, limit) => [allAbove(interval, limit), !reachesAbove(interval, limit)],
}

function allBelow({ high, highOpen = false }: Interval, limit: number): boolean {
  return high !== null && (high < limit || (highOpen && high === limit))
}

function allAbove({ low, lowOpen }: Interval, limit: number): boolean {
  return low !== null && (low > limit || (lowOpen && low === limit))
}

function reachesAbove({ high }: Interval, limit: number): boolean {
  return high === null || high > limit
}

function reachesBelow({ low }: Interval, limit: number): boolean {
  return low === null || low < limit
}
