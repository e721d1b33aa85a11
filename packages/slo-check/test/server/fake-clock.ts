import type { Clock } from '../../src/clock.ts'

/** A clock that stands still: waits pass at once, and time limits only when they are advanced to. */
export interface FakeClock extends Clock {
  readonly waits: readonly number[]
  advance(ms: number): void
}

export function fakeClock(epoch = 1_795_000_100_000): FakeClock {
  let time = 0
  const waits: number[] = []
  const limits = new Map<AbortController, number>()
  const advance = (ms: number): void => {
    time += ms
    for (const [limit, due] of limits) if (due <= time) limit.abort()
  }
  return {
    waits,
    advance,
    now: () => time,
    epoch: () => epoch + time,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
      waits.push(ms)
      advance(ms)
      return Promise.resolve()
    },
    limit: (ms) => {
      const controller = new AbortController()
      limits.set(controller, time + ms)
      return {
        signal: controller.signal,
        [Symbol.dispose]: () => {
          limits.delete(controller)
        },
      }
    },
  }
}
