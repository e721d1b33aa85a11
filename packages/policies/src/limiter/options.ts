import {
  callable,
  COMMON_CHECKS,
  durationOrInfinity,
  fields,
  having,
  numberIn,
  type OptionPath,
} from '../options.ts'
import type { PolicyOptions } from '../policy.ts'
import type { RateStore } from './store.ts'

export interface LimiterOptions extends PolicyOptions {
  /** Requests a second in the long run, above 0; may be a fraction. */
  ratePerSecond: number
  /** Requests that may go at once after a pause, at least 1. @default 1 */
  burst?: number | undefined
  /** The longest wait in milliseconds: who would wait longer is refused at once. @default Infinity */
  maxDelayMs?: number | undefined
  /** Where a limit lives that processes share; `acquire` and `run` ask it. @default none: the limit is this object's own */
  store?: RateStore | undefined
  /** Hears that `store` failed; the limit is then kept by this process alone. */
  onStoreError?: ((error: unknown) => void) | undefined
}

/** The numbers of a limiter: what can change while it works. */
export type LimiterNumbers = Pick<LimiterOptions, 'ratePerSecond' | 'burst' | 'maxDelayMs'>

/** Other numbers, and where it is called otherwise in the records from now on, its subject. */
export type LimiterUpdate = LimiterNumbers & Pick<LimiterOptions, 'subject'>

/** What is used where an option is absent. `ratePerSecond` has no default. */
export const LIMITER_DEFAULTS = {
  burst: 1,
  maxDelayMs: Infinity,
} as const satisfies Partial<LimiterOptions>

const NUMBERS = {
  ratePerSecond: numberIn({ above: 0, unit: 'requests a second' }),
  burst: numberIn({ atLeast: 1, unit: 'requests' }),
  maxDelayMs: durationOrInfinity,
}
const checkUpdate = fields({ ...NUMBERS, subject: COMMON_CHECKS.subject }, ['ratePerSecond'])
const check = fields(
  {
    ...COMMON_CHECKS,
    ...NUMBERS,
    store: having('a rate store', 'book', 'refund', 'pause'),
    onStoreError: callable,
  },
  ['ratePerSecond'],
)

/**
 * Throws an `OptionError` that names the place, under `path`, and the value of the first option that is wrong.
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function checkLimiterOptions(
  options: unknown,
  path: OptionPath = ['rateLimiter'],
): asserts options is LimiterOptions {
  check(options, path)
}

/** As {@link checkLimiterOptions}, for what can change. */
export function checkLimiterUpdate(
  update: unknown,
  path: OptionPath = ['rateLimiter'],
): asserts update is LimiterUpdate {
  checkUpdate(update, path)
}
