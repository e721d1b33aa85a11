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

// Node fires a timer with a longer delay after one millisecond.
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The real clock: `performance.now`, `Date.now` and `setTimeout`. Never wakes early: Node's timers may, by up to a millisecond. */
export const systemClock: Clock = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error)
        return
      }
      const untilMs = performance.now() + ms
      let timer: NodeJS.Timeout
      const onAbort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const wait = (leftMs: number): void => {
        timer = setTimeout(wake, Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS))
      }
      const wake = (): void => {
        const leftMs = untilMs - performance.now()
        if (leftMs > 0) {
          wait(leftMs)
          return
        }
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      wait(ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}

const STOPPED = Symbol('stopped')

/** Calls `run` once after `ms` milliseconds. Returns what stops it; after `run` that does nothing. */
export function startTimer(clock: Clock, ms: number, run: () => void): () => void {
  const stop = new AbortController()
  clock.sleep(ms, stop.signal).then(run, (reason: unknown) => {
    // A clock that cannot wait must not make a limit boundless.
    if (reason !== STOPPED) run()
  })
  return () => stop.abort(STOPPED)
}
