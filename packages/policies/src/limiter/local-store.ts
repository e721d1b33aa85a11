import { systemClock, type Clock } from '../clock.ts'
import { fields, having, numberIn } from '../options.ts'
import { Ledger, type Slot } from './ledger.ts'
import { LIMITER_DEFAULTS } from './options.ts'
import type { RateStore } from './store.ts'

export interface LocalRateStoreOptions {
  /** Requests a second in the long run, above 0. */
  readonly ratePerSecond: number
  /** Requests that may go at once after a pause, at least 1. @default 1 */
  readonly burst?: number | undefined
  /** @default systemClock */
  readonly clock?: Clock | undefined
}

const check = fields(
  {
    ratePerSecond: numberIn({ above: 0, unit: 'requests a second' }),
    burst: numberIn({ atLeast: 1, unit: 'requests' }),
    clock: having('a clock', 'now', 'epoch', 'sleep'),
  },
  ['ratePerSecond'],
)

/**
 * A {@link RateStore} in this process: several limiters share one limit, and an adapter has a model to be compared with.
 * @throws {OptionError} for a bad option
 */
export function localRateStore(options: LocalRateStoreOptions): RateStore {
  check(options, ['localRateStore'])
  const { ratePerSecond, burst = LIMITER_DEFAULTS.burst, clock = systemClock } = options
  const intervalMs = 1000 / ratePerSecond
  const ledger = new Ledger({ intervalMs, capacityMs: burst * intervalMs })
  const tickets = new WeakMap<object, Slot>()
  let notBeforeMs = -Infinity
  return {
    book: async (cost, maxDelayMs) => {
      const nowMs = clock.now()
      const costMs = cost * intervalMs
      const atMs = ledger.earliest(Math.max(nowMs, notBeforeMs), costMs)
      const delayMs = atMs - nowMs
      if (delayMs > maxDelayMs) return { granted: false, delayMs }
      const ticket = {}
      tickets.set(ticket, ledger.hold(atMs, costMs))
      return { granted: true, delayMs, ticket }
    },
    refund: async (ticket) => {
      const slot = typeof ticket === 'object' && ticket !== null ? tickets.get(ticket) : undefined
      if (slot !== undefined) ledger.refund(slot, clock.now())
    },
    pause: async (delayMs) => {
      notBeforeMs = Math.max(notBeforeMs, clock.now() + delayMs)
    },
  }
}
