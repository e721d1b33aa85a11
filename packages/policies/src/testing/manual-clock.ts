import type { Clock } from '../clock.ts'

export interface ManualClockOptions {
  /** What `now()` says at first, in milliseconds. @default 0 */
  startMs?: number | undefined
  /** What `epoch()` says at first, in milliseconds. @default 2026-01-01T00:00:00Z */
  epochMs?: number | undefined
}

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /**
   * Moves both clocks on by `ms`: wakes the sleepers that become due in order of their time, first come first served at
   * the same time, each at its own moment, and lets all promises settle after each of them, and at the end.
   */
  advance(ms: number): Promise<void>
  /** Moves on by `ms` without waking anybody: what a blocked event loop looks like. The next `advance` wakes the late. */
  stall(ms: number): void
  /** Sets the wall clock forward or back; the monotonic clock does not notice. */
  jumpWall(ms: number): void
  /** Lets all promises settle, no time passes. */
  settle(): Promise<void>
  /** Sleepers and timers now. */
  readonly sleepers: number
}

interface Sleeper {
  readonly dueMs: number
  wake(): void
}

/** A clock at `startMs` that only moves by hand. */
export function manualClock(options: ManualClockOptions = {}): ManualClock {
  const { startMs = 0, epochMs = Date.UTC(2026, 0, 1) } = options
  let nowMs = startMs
  let wallOffsetMs = epochMs - startMs
  const sleepers: Sleeper[] = []

  const advance = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms
    await settle()
    for (;;) {
      const next = sleepers[0]
      if (next === undefined || next.dueMs > untilMs) break
      sleepers.shift()
      nowMs = Math.max(nowMs, next.dueMs)
      next.wake()
      await settle()
    }
    nowMs = Math.max(nowMs, untilMs)
    await settle()
  }

  return {
    now: () => nowMs,
    epoch: () => nowMs + wallOffsetMs,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error)
          return
        }
        const onAbort = (): void => {
          remove(sleepers, sleeper)
          reject(signal?.reason as Error)
        }
        const sleeper: Sleeper = {
          dueMs: nowMs + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        insert(sleepers, sleeper)
      }),
    timer: (ms, run) => {
      const sleeper: Sleeper = { dueMs: nowMs + Math.max(0, ms), wake: run }
      insert(sleepers, sleeper)
      return () => remove(sleepers, sleeper)
    },
    advance,
    stall: (ms) => {
      nowMs += ms
    },
    jumpWall: (ms) => {
      wallOffsetMs += ms
    },
    settle,
    get sleepers() {
      return sleepers.length
    },
  }
}

/** After those that are due at the same time or earlier. */
function insert(sleepers: Sleeper[], sleeper: Sleeper): void {
  let low = 0
  let high = sleepers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sleepers[middle]?.dueMs ?? Infinity) <= sleeper.dueMs) low = middle + 1
    else high = middle
  }
  sleepers.splice(low, 0, sleeper)
}

function remove(sleepers: Sleeper[], sleeper: Sleeper): void {
  const index = sleepers.indexOf(sleeper)
  if (index >= 0) sleepers.splice(index, 1)
}

// Fake timers of a test framework may replace the global one.
const { setImmediate: immediately } = globalThis

/** All microtasks run before an immediate does, those that they queue included. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    immediately(resolve)
  })
}
