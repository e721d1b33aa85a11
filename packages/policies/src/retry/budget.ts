import { COMMON_CHECKS, fields, numberIn, positiveDuration, type OptionPath } from '../options.ts'
import { surroundingsOf, type PolicyOptions, type Surroundings } from '../policy.ts'
import { RollingWindow } from '../window.ts'

/** Pays for retries out of calls, so that retries cannot multiply the load on a server that is already failing. */
export interface RetryBudget {
  /** A call began. */
  deposit(): void
  /** Takes what one retry costs; false when the budget is spent. */
  withdraw(): boolean
  /** Share of the budget that is spent, from 0 to 1. */
  utilization(): number
}

/** A retry budget of ours. */
export interface RollingRetryBudget extends RetryBudget {
  /**
   * Goes by these numbers from now on; what is absent has its default. The calls and retries of the window stay, and are
   * counted against the new numbers.
   * @throws {OptionError} for a bad number; then nothing has changed
   */
  update(numbers: RetryBudgetNumbers): void
}

export interface RetryBudgetOptions extends PolicyOptions {
  /** Retries that each call pays for. @default 0.2 */
  ratio?: number | undefined
  /** Retries a second that are free, so that a quiet program can retry too. @default 1 */
  minPerSecond?: number | undefined
  /** For how long a call pays and a retry counts, in milliseconds. @default 10000 */
  windowMs?: number | undefined
}

/** The numbers of a budget: what can change while it works. */
export type RetryBudgetNumbers = Omit<RetryBudgetOptions, keyof PolicyOptions>

/** What is used where an option is absent. */
export const RETRY_BUDGET_DEFAULTS = {
  ratio: 0.2,
  minPerSecond: 1,
  windowMs: 10_000,
} as const satisfies RetryBudgetOptions

const NUMBERS = {
  ratio: numberIn({ atLeast: 0 }),
  minPerSecond: numberIn({ atLeast: 0 }),
  windowMs: positiveDuration,
}
const checkNumbers = fields(NUMBERS)
const check = fields({ ...COMMON_CHECKS, ...NUMBERS })

/**
 * Throws an `OptionError` that names the place, under `path`, and the value of the first option that is wrong.
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function checkRetryBudgetOptions(
  options: unknown,
  path: OptionPath = ['retryBudget'],
): asserts options is RetryBudgetOptions {
  check(options, path)
}

/**
 * A retry budget in the manner of Finagle: in any window, at most `ratio` retries a call and `minPerSecond` a second.
 * Several retry policies may share one, usually all those towards one host.
 * @throws {OptionError} for a bad option
 */
export function retryBudget(options: RetryBudgetOptions = {}): RollingRetryBudget {
  checkRetryBudgetOptions(options)
  return new WindowBudget(options)
}

const CALLS = 0
const RETRIES = 1
/** A gauge need not hear of less. */
const NOTABLE = 0.01

interface Terms {
  readonly ratio: number
  /** Retries of a window that are free. */
  readonly reserve: number
  readonly windowMs: number
}

function termsOf({
  ratio = RETRY_BUDGET_DEFAULTS.ratio,
  minPerSecond = RETRY_BUDGET_DEFAULTS.minPerSecond,
  windowMs = RETRY_BUDGET_DEFAULTS.windowMs,
}: RetryBudgetNumbers): Terms {
  return { ratio, reserve: (minPerSecond * windowMs) / 1000, windowMs }
}

class WindowBudget implements RollingRetryBudget {
  readonly #surroundings: Surroundings
  #terms: Terms
  #window: RollingWindow
  #reported = 0

  constructor(options: RetryBudgetOptions) {
    this.#surroundings = surroundingsOf(options)
    this.#terms = termsOf(options)
    this.#window = new RollingWindow(this.#terms.windowMs, 2)
  }

  update(numbers: RetryBudgetNumbers): void {
    checkNumbers(numbers, ['retryBudget'])
    const nowMs = this.#surroundings.clock.now()
    const terms = termsOf(numbers)
    if (terms.windowMs !== this.#terms.windowMs) {
      this.#window = this.#window.resized(terms.windowMs, nowMs)
    }
    this.#terms = terms
    this.#report(nowMs, NOTABLE)
  }

  deposit(): void {
    const nowMs = this.#surroundings.clock.now()
    this.#window.add(CALLS, nowMs)
    if (this.#reported > 0) this.#report(nowMs, NOTABLE)
  }

  withdraw(): boolean {
    const nowMs = this.#surroundings.clock.now()
    const paid = this.#window.sum(RETRIES, nowMs) + 1 <= this.#allowed(nowMs)
    if (paid) this.#window.add(RETRIES, nowMs)
    this.#report(nowMs, 0)
    return paid
  }

  utilization(): number {
    return this.#utilization(this.#surroundings.clock.now())
  }

  #allowed(nowMs: number): number {
    // A tenth of ten calls is one retry, though not to a float.
    return this.#terms.ratio * this.#window.sum(CALLS, nowMs) + this.#terms.reserve + 1e-9
  }

  #utilization(nowMs: number): number {
    const retries = this.#window.sum(RETRIES, nowMs)
    // Only whole retries can be bought: with less than one left, the budget is spent.
    const allowed = Math.floor(this.#allowed(nowMs))
    return retries >= allowed ? 1 : retries / allowed
  }

  #report(nowMs: number, least: number): void {
    const utilization = this.#utilization(nowMs)
    if (Math.abs(utilization - this.#reported) < least) return
    this.#reported = utilization
    const { recorder, subject } = this.#surroundings
    recorder.record({ kind: 'retry_budget', subject, utilization })
  }
}
