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
  /** A timer to be set many times. A clock need not have it: `createAlarm` makes one of timers. */
  alarm?(ring: () => void): Alarm
}

/** Rings at a time that may be set again and again. */
export interface Alarm {
  /**
   * It is to ring at `atMs` on its clock. One that is set to an earlier time already rings then, and is set anew by
   * whoever hears it too soon. Keeps the process alive.
   */
  set(atMs: number): void
  /** It need not ring, and keeps no process alive, until it is set again. */
  rest(): void
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
        timer.stop()
        reject(signal?.reason as Error)
      }
      const timer = new Timer(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
  timer: (ms, run) => {
    const timer = new Timer(ms, run)
    return () => timer.stop()
  },
  alarm(ring) {
    return new RestingAlarm(this, ring)
  },
}

// Node fires a timer with a longer delay after one millisecond.
const LONGEST_TIMER_MS = 2 ** 31 - 1

class Timer {
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

/** Does not stop its timer when it rests, nor start one when it is set again: both cost more than to ring in vain. */
class RestingAlarm implements Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #atMs = Infinity

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  set(atMs: number): void {
    if (this.#timer !== undefined && this.#atMs <= atMs) {
      this.#timer.ref()
      return
    }
    clearTimeout(this.#timer)
    this.#atMs = atMs
    const leftMs = Math.max(0, Math.ceil(atMs - this.#clock.now()))
    this.#timer = setTimeout(wake, Math.min(leftMs, LONGEST_TIMER_MS), this)
  }

  rest(): void {
    this.#timer?.unref()
  }

  wake(): void {
    this.#timer = undefined
    this.#atMs = Infinity
    this.#ring()
  }
}

// One function for all timers: a timer needs no closure of its own.
function wake(alarm: { wake(): void }): void {
  alarm.wake()
}

/** An alarm on `clock`. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  return clock.alarm?.(ring) ?? new TimerAlarm(clock, ring)
}

class TimerAlarm implements Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #atMs = Infinity
  #stop: (() => void) | undefined

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  set(atMs: number): void {
    if (this.#atMs <= atMs) return
    this.rest()
    this.#atMs = atMs
    this.#stop = startTimer(this.#clock, Math.max(0, atMs - this.#clock.now()), () => {
      this.#atMs = Infinity
      this.#stop = undefined
      this.#ring()
    })
  }

  rest(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#atMs = Infinity
  }
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
