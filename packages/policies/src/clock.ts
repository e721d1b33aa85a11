/** Time as an argument: policies read no other clock, so that tests need not wait. */
export interface Clock {
  /** Milliseconds on a monotonic clock: for every duration and every decision. */
  now(): number
  /** Milliseconds since the Unix epoch: only for what is stored or shown. Jumps with the wall clock. */
  epoch(): number
  /**
   * Resolves after `ms` milliseconds; rejects with the reason of `signal` when it aborts first, and leaves no timer behind.
   * The timer keeps the process alive: somebody awaits it.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
