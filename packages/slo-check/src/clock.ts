import { setTimeout as sleepMs } from 'node:timers/promises'

/** Time as the commands see it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds of a clock that is never set. */
  now(): number
  /** Milliseconds since 1970, by the clock on the wall. */
  epoch(): number
  /** Rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Aborts its signal after a time, unless it is disposed of before. */
  limit(ms: number): Limit
}

export interface Limit extends Disposable {
  readonly signal: AbortSignal
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  sleep: (ms, signal) => sleepMs(ms, undefined, signal === undefined ? {} : { signal }),
  limit: (ms) => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      controller.abort()
    }, ms)
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        clearTimeout(timer)
      },
    }
  },
}
