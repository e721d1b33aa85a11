import { performance } from 'node:perf_hooks'
import { isMainThread, threadId, type Worker } from 'node:worker_threads'
import type { TelemetryRecorder } from '@plimsoll/telemetry'
import { createArena } from '@plimsoll/telemetry'
import type { DiskWarning } from '../files/disk-warning.ts'
import type { RunFiles } from '../files/run-files.ts'
import type { Guard } from '../guard.ts'
import type { Messages } from '../messages.ts'
import type { Loss } from '../pipeline/outlet.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Routes } from '../pipeline/routes.ts'
import { leaveForWorkers } from '../run/inheritance.ts'
import { leaveForChildren, parentOf, type Settings } from '../settings.ts'
import { endWithProcess } from './end-with-process.ts'
import { createEnding, type Ending } from './ending.ts'
import type { DestinationKeys, Estate } from './estate.ts'
import { createHeir, type Heir } from './settlement.ts'
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
  const heir = (): Heir | undefined => {
    const memory = arena.made()
    return memory === undefined
      ? undefined
      : createHeir({
          ...tied,
          arena: memory,
          runId: settings.identity.runId,
          routes: routes.bySignal,
        })
  }
  let endsAt = Infinity
  const leftMs = (): number => Math.max(0, endsAt - performance.now())

  const ending = createEnding({
    recorder,
    pipeline,
    endWorkers() {
      const budget = routes.sender !== undefined ? settings.exitMs : WORKERS_MS
      endsAt = performance.now() + budget
      if (!isMainThread || board === undefined) return
      callWorkers(board)
      const isDeaf = awaitHearing(board, Math.min(budget, WORKERS_MS))
      const deaf = heir()?.threads().filter(isDeaf) ?? []
      if (deaf.length > 0) settleDeaf(deaf, board)
    },
    awaitDelivery() {
      routes.sender?.finish(leftMs())
      if (!isMainThread || board === undefined) return
      const silent = awaitWorkers(board, leftMs())
      if (silent > 0)
        messages.warn(`${silent} busy worker(s) did not write the last of their telemetry`)
    },
    writeOutcome: (outcome) => runFiles?.writeOutcome(outcome),
    written() {
      estate?.ended()
      worker?.written()
    },
    begun: () => worker?.heard(),
  })

  const settleDeaf = (threads: readonly number[], memory: SharedArrayBuffer): void => {
    let [settled, logs, traces] = [0, 0, 0]
    for (const thread of threads) {
      const lost = heir()?.settleDeaf(thread)
      // It writes at this moment: it may be done in time.
      if (lost === undefined) continue
      forgetWorker(memory, thread)
      settled += 1
      logs += lost.logs
      traces += lost.traces
    }
    if (settled === 0) return
    messages.warn(
      `${settled} busy worker(s) did not hear that the process ends: their metrics are written for them, ${logs} event(s) and ${traces} span(s) of theirs are lost`,
    )
  }

  const worker =
    isMainThread || board === undefined
      ? undefined
      : enterWorker(board, threadId, () => guard('at its end', () => ending.finish({})))
  endWithProcess({
    ending,
    guard,
    flush: () => pipeline.flush('always'),
    workerGone: (thread) =>
      guard('at the end of a worker', () => {
        const dead = heir()?.settleDead(thread) ?? [thread]
        if (board !== undefined) for (const one of dead) forgetWorker(board, one)
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
