import type { Clock } from '../../src/clock.ts'

/** A clock that stands still: a wait that nothing can stop passes at once, a time limit only when it is advanced to. */
export interface FakeClock extends Clock {
  readonly waits: readonly number[]
  advance(ms: number): void
}

export function fakeClock(epoch = 1_795_000_100_000): FakeClock {
  let time = 0
  const waits: number[] = []
  const limits = new Set<{ readonly due: number; readonly pass: () => void }>()
  const advance = (ms: number): void => {
    time += ms
    for (const limit of limits) if (limit.due <= time) limit.pass()
  }
  return {
    waits,
    advance,
    now: () => time,
    epoch: () => epoch + time,
    sleep: (ms, signal) => {
      if (signal === undefined) {
        waits.push(ms)
        advance(ms)
        return Promise.resolve()
      }
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error)
          return
        }
        const limit = { due: time + ms, pass: resolve }
        limits.add(limit)
        signal.addEventListener('abort', () => {
          limits.delete(limit)
          reject(signal.reason as Error)
        })
      })
    },
  }
}
