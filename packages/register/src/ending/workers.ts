import type { Worker } from 'node:worker_threads'
import { performance } from 'node:perf_hooks'

/** Slots of the shared memory: the call to end, how many workers are to answer, then one slot a thread. */
const CALL = 0
const LIVE = 1
const FIRST = 2
const THREADS = 1_022

/** Shared memory through which a main thread that exits tells its workers, and hears that they have written. */
export function createWorkerBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST + THREADS) * Int32Array.BYTES_PER_ELEMENT)
}

/** The side of a worker. */
export interface WorkerSide {
  /** This worker has written all; nobody need wait for it. */
  written(): void
}

/**
 * Enters a worker. When the main thread exits, `end` runs in the worker's next turn of the event loop: one that is busy
 * does not hear it in time. Waiting for the call keeps no worker alive.
 */
export function enterWorker(
  memory: SharedArrayBuffer,
  threadId: number,
  end: () => void,
): WorkerSide {
  const board = new Int32Array(memory)
  const slot = slotOf(threadId)
  if (Atomics.compareExchange(board, slot, 0, 1) === 0) Atomics.add(board, LIVE, 1)
  const call = Atomics.waitAsync(board, CALL, 0)
  if (call.async) void call.value.then(end)
  return { written: () => leave(board, slot) }
}

/** The side of the thread that started a worker: one that was terminated has nothing to say any more. */
export function forgetTerminated(memory: SharedArrayBuffer, worker: Worker): void {
  const slot = slotOf(worker.threadId)
  worker.once('exit', () => leave(new Int32Array(memory), slot))
}

/** The side of the main thread: has every worker write. */
export function callWorkers(memory: SharedArrayBuffer): void {
  const board = new Int32Array(memory)
  Atomics.store(board, CALL, 1)
  Atomics.notify(board, CALL)
}

/**
 * Blocks until every worker has written or the time is up.
 *
 * @returns how many workers did not answer
 */
export function awaitWorkers(memory: SharedArrayBuffer, deadlineMs: number): number {
  const board = new Int32Array(memory)
  const until = performance.now() + deadlineMs
  for (;;) {
    const live = Atomics.load(board, LIVE)
    const leftMs = until - performance.now()
    if (live <= 0 || leftMs <= 0) return Math.max(live, 0)
    Atomics.wait(board, LIVE, live, leftMs)
  }
}

function leave(board: Int32Array<SharedArrayBuffer>, slot: number): void {
  if (Atomics.exchange(board, slot, 0) === 0) return
  Atomics.sub(board, LIVE, 1)
  Atomics.notify(board, LIVE)
}

/** More threads than slots share one; then a worker may be waited for that is gone, or not waited for. */
function slotOf(threadId: number): number {
  return FIRST + (threadId % THREADS)
}
