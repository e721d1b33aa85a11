import type { Worker } from 'node:worker_threads'
import { performance } from 'node:perf_hooks'

/** Slots of the shared memory: the call to end, how many workers are to answer and how many did not hear, one a thread. */
const CALL = 0
const LIVE = 1
const DEAF = 2
const FIRST = 3
const THREADS = 1_021

/** States of a thread. */
const GONE = 0
const WORKING = 1
const ENDING = 2

/** Shared memory through which a main thread that exits tells its workers, and hears that they have written. */
export function createWorkerBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST + THREADS) * Int32Array.BYTES_PER_ELEMENT)
}

/** The side of a worker. */
export interface WorkerSide {
  /** This worker has begun to end. */
  heard(): void
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
  if (Atomics.compareExchange(board, slot, GONE, WORKING) === GONE) {
    Atomics.add(board, LIVE, 1)
    Atomics.add(board, DEAF, 1)
  }
  const call = Atomics.waitAsync(board, CALL, 0)
  if (call.async) void call.value.then(end)
  return {
    heard() {
      if (Atomics.compareExchange(board, slot, WORKING, ENDING) === WORKING) countDown(board, DEAF)
    },
    written: () => leave(board, slot),
  }
}

/** The side of the thread that started a worker, when it is gone: one that was terminated did not say so. */
export function forgetWorker(memory: SharedArrayBuffer, threadId: number): void {
  leave(new Int32Array(memory), slotOf(threadId))
}

/** The side of the main thread: has every worker write. */
export function callWorkers(memory: SharedArrayBuffer): void {
  const board = new Int32Array(memory)
  Atomics.store(board, CALL, 1)
  Atomics.notify(board, CALL)
}

/**
 * Blocks until every worker has begun to end or the time is up.
 *
 * @returns whether a thread did not
 */
export function awaitHearing(
  memory: SharedArrayBuffer,
  deadlineMs: number,
): (threadId: number) => boolean {
  const board = new Int32Array(memory)
  awaitNone(board, DEAF, deadlineMs)
  return (threadId) => Atomics.load(board, slotOf(threadId)) === WORKING
}

/**
 * Blocks until every worker has written or the time is up.
 *
 * @returns how many workers did not, and whether a thread is one of them
 */
export function awaitWorkers(
  memory: SharedArrayBuffer,
  deadlineMs: number,
): { readonly count: number; readonly has: (threadId: number) => boolean } {
  const board = new Int32Array(memory)
  const count = awaitNone(board, LIVE, deadlineMs)
  return { count, has: (threadId) => Atomics.load(board, slotOf(threadId)) !== GONE }
}

/** Calls `gone` when a worker has ended, however it did, before any listener of the program. */
export function watchWorker(worker: Worker, gone: (threadId: number) => void): void {
  // It has none any more when it is gone.
  const { threadId } = worker
  // As it is now: the program may have put its own there.
  const emit = Reflect.get(worker, 'emit') as (this: Worker, ...rest: unknown[]) => boolean
  Object.defineProperty(worker, 'emit', {
    value(this: Worker, event: string | symbol, ...rest: unknown[]): boolean {
      if (event === 'exit') gone(threadId)
      return Reflect.apply(emit, this, [event, ...rest])
    },
    writable: true,
    configurable: true,
    enumerable: false,
  })
}

function awaitNone(board: Int32Array<SharedArrayBuffer>, count: number, ms: number): number {
  const until = performance.now() + ms
  for (;;) {
    const left = Atomics.load(board, count)
    const leftMs = until - performance.now()
    if (left <= 0 || leftMs <= 0) return Math.max(left, 0)
    Atomics.wait(board, count, left, leftMs)
  }
}

function leave(board: Int32Array<SharedArrayBuffer>, slot: number): void {
  const before = Atomics.exchange(board, slot, GONE)
  if (before === GONE) return
  if (before === WORKING) countDown(board, DEAF)
  countDown(board, LIVE)
}

function countDown(board: Int32Array<SharedArrayBuffer>, count: number): void {
  Atomics.sub(board, count, 1)
  Atomics.notify(board, count)
}

/** More threads than slots share one; then a worker may be waited for that is gone, or not waited for. */
function slotOf(threadId: number): number {
  return FIRST + (threadId % THREADS)
}
