import type { Length } from './calls/load.ts'
import type { Times } from './calls/one-run.ts'
import type { Pace } from './micro/timed.ts'

/** How long everything is measured. */
export interface Effort {
  readonly times: Times
  readonly micro: { readonly pace: Pace; readonly turns: number }
  readonly starts: number
  readonly exits: number
  /** Length of what is profiled. */
  readonly profile: Length
  /** How often a process that failed is started once more: a run of a quarter of an hour is not lost for one. */
  readonly retries: number
}

export const FULL: Effort = {
  times: {
    atOnce: [1, 50],
    // Until the compiler has made of the code what it makes of a service's: at 5,000 calls ours still pays for its size.
    warmUp: { atLeastCalls: 20_000, atLeastMs: 0, atMostMs: 5_000 },
    measure: { atLeastCalls: 2_000, atLeastMs: 900, atMostMs: 4_000 },
    flushMs: 400,
  },
  micro: { pace: { stretches: 5, stretchMs: 40 }, turns: 3 },
  starts: 15,
  exits: 2,
  profile: { atLeastCalls: 5_000, atLeastMs: 3_000, atMostMs: 10_000 },
  retries: 2,
}

/** Proves that everything runs; the figures mean nothing. */
export const QUICK: Effort = {
  times: {
    atOnce: [1, 50],
    warmUp: { atLeastCalls: 50, atLeastMs: 0, atMostMs: 1_000 },
    measure: { atLeastCalls: 50, atLeastMs: 20, atMostMs: 1_000 },
    flushMs: 20,
  },
  micro: { pace: { stretches: 2, stretchMs: 1 }, turns: 1 },
  starts: 1,
  exits: 1,
  profile: { atLeastCalls: 100, atLeastMs: 100, atMostMs: 1_000 },
  retries: 0,
}
