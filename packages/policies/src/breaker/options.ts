import { BREAKER_SCOPES, type BreakerScope } from '@plimsoll/semconv'
import {
  callable,
  COMMON_CHECKS,
  fields,
  numberIn,
  oneOf,
  OptionError,
  positiveDuration,
  type OptionPath,
} from '../options.ts'
import type { Outcome, PolicyOptions } from '../policy.ts'

/** What an execution tells the breaker about the health of what it guards. */
export type Verdict = 'success' | 'failure' | 'ignored'

export interface BreakerOptions extends PolicyOptions {
  /** What the breaker guards: a host, or a resolver (a logical source that may span hosts). @default 'resolver' */
  scope?: BreakerScope | undefined
  /** Share of failures in the window at which the breaker opens, above 0 and at most 1. @default 0.5 */
  failureRate?: number | undefined
  /** Outcomes that the window must hold before the rate counts. @default 10 */
  minimumCalls?: number | undefined
  /** Length of the rolling window in milliseconds; it ages in tenths, on every read and write. @default 10000 */
  windowMs?: number | undefined
  /** Failures in a row that open the breaker whatever the rate. @default undefined, off */
  consecutiveFailures?: number | undefined
  /** Milliseconds until an open breaker admits a probe. @default 5000 */
  openMs?: number | undefined
  /** The most that `openMs` grows to; a longer `Retry-After` is obeyed all the same. @default 60000 */
  maxOpenMs?: number | undefined
  /** Growth of the open time with every failed round of probes, at least 1. @default 2 */
  backoffFactor?: number | undefined
  /** Share of the open time that is drawn at random, from 0 to 1: the time lies between `(1 − jitter) · d` and `d`. @default 0.1 */
  jitter?: number | undefined
  /** Probes in flight at once while half open; whoever comes above that is rejected, never queued. @default 1 */
  halfOpenProbes?: number | undefined
  /** Successful probes that close the breaker. @default 1 */
  successesToClose?: number | undefined
  /** Milliseconds after which a probe without outcome counts as failed. @default 30000 */
  probeTimeoutMs?: number | undefined
  /**
   * Judges an outcome, for `run` only. A caller's abort is `ignored` and is not asked about.
   * @default `classifyOutcome`
   */
  classify?: ((outcome: Outcome) => Verdict) | undefined
}

/** The numbers of a breaker: what can change while it works. */
export type BreakerNumbers = Omit<BreakerOptions, keyof PolicyOptions | 'scope' | 'classify'>

/** What is used where an option is absent. */
export const BREAKER_DEFAULTS = {
  scope: 'resolver',
  failureRate: 0.5,
  minimumCalls: 10,
  windowMs: 10_000,
  consecutiveFailures: undefined,
  openMs: 5_000,
  maxOpenMs: 60_000,
  backoffFactor: 2,
  jitter: 0.1,
  halfOpenProbes: 1,
  successesToClose: 1,
  probeTimeoutMs: 30_000,
} as const satisfies BreakerOptions

const count = numberIn({ atLeast: 1, integer: true })

const NUMBERS = {
  failureRate: numberIn({ above: 0, atMost: 1 }),
  minimumCalls: count,
  windowMs: positiveDuration,
  consecutiveFailures: count,
  openMs: positiveDuration,
  maxOpenMs: positiveDuration,
  backoffFactor: numberIn({ atLeast: 1 }),
  jitter: numberIn({ atLeast: 0, atMost: 1 }),
  halfOpenProbes: count,
  successesToClose: count,
  probeTimeoutMs: positiveDuration,
}
const checkNumbers = fields(NUMBERS)
const check = fields({
  ...COMMON_CHECKS,
  ...NUMBERS,
  scope: oneOf(...BREAKER_SCOPES),
  classify: callable,
})

/**
 * Throws an `OptionError` that names the place, under `path`, and the value of the first option that is wrong.
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function checkBreakerOptions(
  options: unknown,
  path: OptionPath = ['circuitBreaker'],
): asserts options is BreakerOptions {
  check(options, path)
  checkOpenTimes(options as BreakerOptions, path)
}

/** As {@link checkBreakerOptions}, for numbers alone. */
export function checkBreakerNumbers(
  numbers: unknown,
  path: OptionPath = ['circuitBreaker'],
): asserts numbers is BreakerNumbers {
  checkNumbers(numbers, path)
  checkOpenTimes(numbers as BreakerNumbers, path)
}

function checkOpenTimes(
  { openMs = BREAKER_DEFAULTS.openMs, maxOpenMs }: BreakerNumbers,
  path: OptionPath,
): void {
  if (maxOpenMs !== undefined && maxOpenMs < openMs) {
    throw new OptionError([...path, 'maxOpenMs'], maxOpenMs, `expected at least openMs, ${openMs}`)
  }
}

/** The options with their defaults. */
export type BreakerSettings = {
  readonly [K in keyof typeof BREAKER_DEFAULTS]-?: NonNullable<BreakerOptions[K]>
}

export function settingsOf(options: BreakerOptions): BreakerSettings {
  const D = BREAKER_DEFAULTS
  const openMs = options.openMs ?? D.openMs
  return {
    scope: options.scope ?? D.scope,
    failureRate: options.failureRate ?? D.failureRate,
    minimumCalls: options.minimumCalls ?? D.minimumCalls,
    windowMs: options.windowMs ?? D.windowMs,
    consecutiveFailures: options.consecutiveFailures ?? Infinity,
    openMs,
    maxOpenMs: options.maxOpenMs ?? Math.max(D.maxOpenMs, openMs),
    backoffFactor: options.backoffFactor ?? D.backoffFactor,
    jitter: options.jitter ?? D.jitter,
    halfOpenProbes: options.halfOpenProbes ?? D.halfOpenProbes,
    successesToClose: options.successesToClose ?? D.successesToClose,
    probeTimeoutMs: options.probeTimeoutMs ?? D.probeTimeoutMs,
  }
}
