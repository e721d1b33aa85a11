import { isMainThread, type Worker } from 'node:worker_threads'
import type { Guard } from '../guard.ts'
import type { Ending } from './ending.ts'
import { watchProcess } from './process-events.ts'
import { watchSignals } from './signals.ts'
import { watchWorker } from './workers.ts'

export interface EndWithProcessOptions {
  readonly ending: Ending
  readonly guard: Guard
  /** Writes what there is, without an end: the process may go on. */
  readonly flush: () => void
  /** A worker that this thread had started has ended, however it did. */
  readonly workerGone: (threadId: number) => void
  /** Threads that we started. */
  readonly ownThreads: readonly Worker[]
}

/** Ties the ending to whatever ends this process or worker. */
export function endWithProcess({
  ending,
  guard,
  flush,
  workerGone,
  ownThreads,
}: EndWithProcessOptions): void {
  // Signals reach the main thread only.
  const signals = isMainThread
    ? watchSignals((signal) => guard('at its end', () => ending.finish({ signal })))
    : undefined
  watchProcess({
    exiting: () =>
      guard('at its end', () => {
        signals?.stop()
        ending.begin()
      }),
    exited: (exitCode) => guard('at its end', () => ending.finish({ exitCode })),
    failing: () => guard('while it wrote telemetry', flush),
    listenersChanged: (event) => signals?.listenersChanged(event),
    isOurs(event, argument) {
      if (event !== 'worker') return false
      const worker = argument as Worker
      if (ownThreads.includes(worker)) return true
      watchWorker(worker, workerGone)
      return false
    },
  })
}
