import type { FetchOptions } from '@plimsoll/fetch'

/** Every policy on, none in the way: what is weighed is a call that all of them let pass. */
export const POLICIES: FetchOptions = {
  defaults: {
    timeoutMs: 10_000,
    deadlineMs: 20_000,
    limiter: { ratePerSecond: 1_000_000, burst: 1_000_000 },
    breaker: {},
    retry: { maxRetries: 2 },
  },
}
