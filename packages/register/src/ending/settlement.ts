import { resourceFromAttributes } from '@opentelemetry/resources'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import {
  createCells,
  createRecorder,
  ownersIn,
  readLedger,
  releaseChunks,
  storedSeries,
  type Entry,
} from '@plimsoll/telemetry'
import type { DiskWarning } from '../files/disk-warning.ts'
import { createFileOutlet } from '../files/file-outlet.ts'
import { createBoard, SENDER_LOSSES } from '../otlp/board.ts'
import type { Loss, Outlet } from '../pipeline/outlet.ts'
import { createPipeline, type PipelineOptions, type Route } from '../pipeline/pipeline.ts'
import { processClock } from '../process-clock.ts'
import {
  AT_REST,
  CALLS_ENDED,
  CALLS_STARTED,
  ENDED,
  FILE,
  HELD,
  START_EPOCH_MS,
  TAKEN,
  stateOf,
  type Deceased,
  type DestinationKeys,
  type InstanceEntry,
} from './estate.ts'

export interface HeirOptions {
  readonly arena: SharedArrayBuffer
  /** Id of the thread that is to write. */
  readonly thread: number
  readonly runId: string
  /** Of this thread, whose outlets serve those that had the same destinations. */
  readonly routes: PipelineOptions['routes']
  readonly destinations: DestinationKeys
  readonly warning: DiskWarning
  readonly loss: Loss
  readonly fault: (error: unknown) => void
  /** Told what nothing that was written tells. */
  readonly tell: (text: string) => void
}

/** Spans and events that were recorded, and are lost with a thread. */
export interface Lost {
  readonly logs: number
  readonly traces: number
}

/** Writes the end of threads that could not do it. */
export interface Heir {
  /** Of a thread that is gone, and of those that it had started: they are gone as well. */
  settleDead(thread: number): { readonly threads: readonly number[]; readonly lost: Lost }
  /**
   * Of a thread that lives, but does not hear that the process ends or is not done in time.
   *
   * @returns what is lost; undefined when it is writing at this moment, so that nobody else can
   */
  settleLive(thread: number): Lost | undefined
  /** The threads that left something. */
  threads(): number[]
}

export const NOTHING: Lost = { logs: 0, traces: 0 }

export function together(a: Lost, b: Lost): Lost {
  return { logs: a.logs + b.logs, traces: a.traces + b.traces }
}

export function createHeir(options: HeirOptions): Heir {
  const { arena } = options
  const taken = TAKEN + options.thread

  /** Takes the end of an instance upon this thread, from one that died over it too. @returns the state that it found */
  const claim = (state: Int32Array<SharedArrayBuffer>, gone: readonly number[]): number => {
    const before = Atomics.load(state, 0)
    if (before === ENDED || (before >= TAKEN && !gone.includes(before - TAKEN))) return before
    const found = Atomics.compareExchange(state, 0, before, taken)
    return found === before ? AT_REST : found
  }

  const settle = (thread: number, gone: readonly number[]): Lost => {
    const entries = readLedger(arena, thread)
    const instance = entries.find(isInstance)
    const before = instance === undefined ? ENDED : claim(stateOf(instance.slots), gone)
    // Who writes it at this moment reads the chunks.
    if (before >= TAKEN) return NOTHING
    const isOpen = instance !== undefined && before !== ENDED
    const lost = isOpen ? write(entries, instance, options) : NOTHING
    releaseChunks(arena, thread)
    return lost
  }

  return {
    settleDead(thread) {
      const threads = withDescendants(arena, thread)
      return {
        threads,
        lost: threads.map((one) => settle(one, threads)).reduce(together, NOTHING),
      }
    },
    settleLive(thread) {
      const entries = readLedger(arena, thread)
      const instance = entries.find(isInstance)
      if (instance === undefined) return undefined
      const before = Atomics.compareExchange(stateOf(instance.slots), 0, AT_REST, taken)
      if (before === ENDED || before >= TAKEN) return NOTHING
      return before === AT_REST ? write(entries, instance, options) : undefined
    },
    threads: () => ownersIn(arena),
  }
}

/** A thread, those that it started, and those that they did. */
function withDescendants(arena: SharedArrayBuffer, thread: number): number[] {
  const all = ownersIn(arena).map((id) => ({
    id,
    parent: readLedger(arena, id).find(isInstance)?.content[1].parent,
  }))
  const found = [thread]
  // Grows while it is walked through.
  for (const parent of found) {
    found.push(...all.filter((one) => one.parent === parent).map(({ id }) => id))
  }
  return found
}

/** The last snapshot of an instance, its summary and its end marker, as it would have written them. */
function write(
  entries: readonly Entry[],
  { content: [, who], slots }: InstanceOf,
  options: HeirOptions,
): Lost {
  const { runId, loss, fault } = options
  const clock = processClock
  const stored = storedSeries(entries)
  const cells = createCells({ clock, stored, maxSeriesPerInstrument: Infinity })
  const resource = resourceFromAttributes(who.attributes)
  const routes = routesOf(who, options)
  const pipeline = createPipeline({ routes, cells, resource, runId, loss, fault })
  const recorder = createRecorder({
    measures: cells.measures,
    takeEvent: pipeline.takeEvent,
    runId,
    clock,
    calls: {
      startedMs: (slots[START_EPOCH_MS] ?? 0) - clock.epoch() + clock.now(),
      started: slots[CALLS_STARTED] ?? 0,
      ended: slots[CALLS_ENDED] ?? 0,
    },
  })
  const lost = { logs: slots[HELD.logs] ?? 0, traces: slots[HELD.traces] ?? 0 }
  for (const board of entries.filter(isSender).map(boardOf)) {
    for (const signal of SIGNALS) {
      for (const reason of SENDER_LOSSES) {
        const untold = board.lost(signal, reason) - board.told(signal, reason)
        if (untold > 0) recorder.lost(signal, reason, untold)
      }
      // What its metrics lacked stands in those that are written now.
      if (signal !== 'metrics') lost[signal] += board.handed(signal) - board.settled(signal)
    }
  }
  for (const signal of ['logs', 'traces'] as const) {
    if (lost[signal] > 0) recorder.lost(signal, 'terminated', lost[signal])
  }
  recorder.runEnded(undefined)
  pipeline.flush('final')
  for (const outlet of new Set(Object.values(routes).map((route) => route.outlet))) outlet.finish(0)
  Atomics.store(stateOf(slots), 0, ENDED)
  return lost
}

/** Files can be written for anyone; a sender serves who has the same destination. */
function routesOf(
  { instance, folder, maxBytes, destinations }: Deceased,
  heir: HeirOptions,
): Partial<Record<Signal, Route>> {
  const { warning, loss, tell } = heir
  const files = createFileOutlet({ run: folder, instance, maxBytes, warning, loss, tell })
  const routes: Partial<Record<Signal, Route>> = {}
  for (const signal of SIGNALS) {
    const own = heir.routes[signal]
    if (destinations[signal] === FILE) routes[signal] = { outlet: files, format: 'json' }
    else if (own !== undefined && destinations[signal] === heir.destinations[signal]) {
      routes[signal] = { ...own, outlet: inNameOf(instance, own.outlet) }
    }
  }
  return routes
}

function inNameOf(instance: string, outlet: Outlet): Outlet {
  return {
    send: (request) => outlet.send({ ...request, final: false, of: instance }),
    wantsMetrics: () => true,
    countLosses() {
      // The outlet's are the heir's.
    },
    finish() {
      // The heir goes on with it.
    },
  }
}

type InstanceOf = Entry & { readonly content: InstanceEntry }

function isInstance(entry: Entry): entry is InstanceOf {
  return Array.isArray(entry.content) && entry.content[0] === 'instance'
}

function isSender({ content }: Entry): boolean {
  return Array.isArray(content) && content[0] === 'sender'
}

function boardOf({ slots }: Entry): ReturnType<typeof createBoard> {
  return createBoard({ memory: slots.buffer, byteOffset: slots.byteOffset })
}
