import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers'
import { isMainThread, threadId, type Worker } from 'node:worker_threads'
import type { TelemetryRecorder } from '@plimsoll/telemetry'
import { createArena } from '@plimsoll/telemetry'
import type { DiskWarning } from '../files/disk-warning.ts'
import type { RunFiles } from '../files/run-files.ts'
import type { Guard } from '../guard.ts'
import type { Messages } from '../messages.ts'
import { inItems } from '../pipeline/in-items.ts'
import type { Loss } from '../pipeline/outlet.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Routes } from '../pipeline/routes.ts'
import { leaveForWorkers } from '../run/inheritance.ts'
import { leaveForChildren, parentOf, type Settings } from '../settings.ts'
import { endWithProcess } from './end-with-process.ts'
import { createEnding, type Ending } from './ending.ts'
import type { DestinationKeys, Estate } from './estate.ts'
import { NOTHING, createHeir, together, type Heir } from './settlement.ts'
import {
  awaitHearing,
  awaitWorkers,
  callWorkers,
  createWorkerBoard,
  enterWorker,
  forgetWorker,
} from './workers.ts'

/** An ending process waits no longer for its workers to hear of it, and to write where there is no collector. */
const WORKERS_MS = 500

/** A worker that its main thread calls to end is done before that one is, so that it can tell what it lost. */
const CALLED_SHARE = 0.8

export interface TiedEnding {
  readonly settings: Settings
  readonly destinations: DestinationKeys
  readonly routes: Routes
  /** Threads that we started, of which the program does not hear. */
  readonly ownThreads: readonly Worker[]
  readonly recorder: TelemetryRecorder
  readonly pipeline: Pipeline
  readonly runFiles: RunFiles | undefined
  /** Of a worker. */
  readonly estate: Estate | undefined
  readonly guard: Guard
  readonly messages: Messages
  readonly warning: DiskWarning
  readonly loss: Loss
  readonly fault: (error: unknown) => void
}

/** Ties the end of this thread to that of the process, its workers' and its children's to it. */
export function tieEnding(tied: TiedEnding): Ending {
  const { settings, routes, recorder, pipeline, runFiles, estate, guard, messages } = tied
  const board = isMainThread ? createWorkerBoard() : settings.board
  const arena = arenaOf(settings)
  let made: Heir | undefined
  /** Undefined as long as there was no worker to leave anything. */
  const heir = (): Heir | undefined => {
    const memory = arena.made()
    if (memory === undefined) return undefined
    return (made ??= createHeir({
      ...tied,
      arena: memory,
      thread: threadId,
      runId: settings.identity.runId,
      routes: routes.bySignal,
      tell: (text) => messages.warn(text),
    }))
  }
  const outlets = new Set(Object.values(routes.bySignal).map(({ outlet }) => outlet))
  /** Of the time that an end may take. */
  let share = 1
  let endsAt = Infinity
  const leftMs = (): number => Math.max(0, endsAt - performance.now())

  const ending = createEnding({
    recorder,
    pipeline,
    endWorkers() {
      const budget = routes.sender !== undefined ? settings.exitMs * share : WORKERS_MS
      endsAt = performance.now() + budget
      if (!isMainThread || board === undefined) return
      callWorkers(board)
      const isDeaf = awaitHearing(board, Math.min(budget, WORKERS_MS))
      const settled = settle(board, isDeaf)
      if (settled > 0)
        messages.warn(
          `${settled} busy worker(s) did not hear that the process ends: their metrics are written for them`,
        )
    },
    awaitDelivery() {
      for (const outlet of outlets) outlet.finish(leftMs())
      if (isMainThread && board !== undefined) {
        const late = awaitWorkers(board, leftMs())
        const silent = late.count - settle(board, late.has)
        if (silent > 0)
          messages.warn(`${silent} busy worker(s) did not write the last of their telemetry`)
      }
      tellLost()
    },
    writeOutcome: (outcome) => runFiles?.writeOutcome(outcome),
    written() {
      estate?.ended()
      worker?.written()
    },
    begun: () => worker?.heard(),
    later: (step) => void setImmediate(() => guard('after its end', step)).unref(),
  })

  /** What was lost with workers, so far. */
  let lost = NOTHING

  /** Writes the end of workers that live. @returns of how many */
  const settle = (memory: SharedArrayBuffer, isOne: (thread: number) => boolean): number => {
    let settled = 0
    for (const thread of heir()?.threads().filter(isOne) ?? []) {
      const lostWithIt = heir()?.settleLive(thread)
      // It writes at this moment: it may be done in time.
      if (lostWithIt === undefined) continue
      forgetWorker(memory, thread)
      settled += 1
      lost = together(lost, lostWithIt)
    }
    return settled
  }

  /** In metrics too; but those may not arrive. */
  const tellLost = (): void => {
    const items = inItems((signal) => (signal === 'metrics' ? 0 : lost[signal]))
    if (items !== '') messages.warn(`${items} went with worker(s) that did not end by themselves`)
    lost = NOTHING
  }

  const worker =
    isMainThread || board === undefined
      ? undefined
      : enterWorker(board, threadId, () => {
          share = CALLED_SHARE
          guard('at its end', () => ending.finish({}))
        })
  endWithProcess({
    ending,
    guard,
    flush: () => pipeline.flush('always'),
    workerGone: (thread) =>
      guard('at the end of a worker', () => {
        const dead = heir()?.settleDead(thread)
        lost = together(lost, dead?.lost ?? NOTHING)
        if (board === undefined) return
        for (const one of dead?.threads ?? [thread]) forgetWorker(board, one)
      }),
    ownThreads: tied.ownThreads,
  })
  if (board !== undefined) {
    const parent = parentOf(settings, routes.files)
    if (isMainThread) leaveForChildren(parent, process.env)
    leaveForWorkers({ parent, service: settings.service, board, thread: threadId }, arena.make)
  }
  return ending
}

/** The arena of the process: the main thread makes it for the first worker, others find it. */
function arenaOf({ arena }: Settings): {
  readonly made: () => SharedArrayBuffer | undefined
  readonly make: () => SharedArrayBuffer | undefined
} {
  let memory = arena
  return {
    made: () => memory,
    make() {
      if (memory === undefined && isMainThread) memory = createArena()
      return memory
    },
  }
}
