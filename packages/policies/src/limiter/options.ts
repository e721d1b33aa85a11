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
