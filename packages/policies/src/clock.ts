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
  /**
   * Calls `run` after `ms` milliseconds; returns what stops it. A clock need not have it: `startTimer` then sleeps, which
   * costs several times as much.
   */
  timer?(ms: number, run: () => void): () => void
}

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
      const onAbort = (): void => {
        alarm.stop()
        reject(signal?.reason as Error)
      }
      const alarm = new Alarm(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
  timer: (ms, run) => {
    const alarm = new Alarm(ms, run)
    return () => alarm.stop()
  },
}

// Node fires a timer with a longer delay after one millisecond.
const LONGEST_TIMER_MS = 2 ** 31 - 1

class Alarm {
  readonly #untilMs: number
  readonly #run: () => void
  #timer: NodeJS.Timeout

  constructor(ms: number, run: () => void) {
    this.#untilMs = performance.now() + ms
    this.#run = run
    this.#timer = this.#arm(ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #arm(leftMs: number): NodeJS.Timeout {
    return setTimeout(wake, Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS), this)
  }

  wake(): void {
    const leftMs = this.#untilMs - performance.now()
    if (leftMs > 0) this.#timer = this.#arm(leftMs)
    else this.#run()
  }
}

// One function for all timers: a timer needs no closure of its own.
function wake(alarm: Alarm): void {
  alarm.wake()
}

const STOPPED = Symbol('stopped')

/** Calls `run` once after `ms` milliseconds. Returns what stops it; after `run` that does nothing. */
export function startTimer(clock: Clock, ms: number, run: () => void): () => void {
  if (clock.timer !== undefined) return clock.timer(ms, run)
  const stop = new AbortController()
  clock.sleep(ms, stop.signal).then(run, (reason: unknown) => {
    // A clock that cannot wait must not make a limit boundless.
    if (reason !== STOPPED) run()
  })
  return () => stop.abort(STOPPED)
}
