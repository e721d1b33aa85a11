import type { Attributes } from '@opentelemetry/api'
import type { Clock } from '@plimsoll/policies'
import { SIGNALS, type Signal } from '@plimsoll/semconv'
import { sharedPlaces, type CallCounts, type Ledger, type Places } from '@plimsoll/telemetry'
import { BOARD_BYTES, type BoardPlace } from '../otlp/board.ts'
import type { Destination } from '../otlp/settings.ts'

// A worker that is terminated hears nothing of it, and one that is busy hears too late. So what it counts lies in memory
// that its process shares: whoever outlives it writes its end.

/** Where the signals of a thread go, as texts that can be compared: `file`, or the whole of another destination. */
export type DestinationKeys = Readonly<Partial<Record<Signal, string>>>

export function keysOf(
  destinations: Readonly<Partial<Record<Signal, Destination>>>,
): DestinationKeys {
  return Object.fromEntries(
    SIGNALS.map((signal) => {
      const destination = destinations[signal]
      return [signal, destination?.kind === 'file' ? FILE : JSON.stringify(destination)]
    }),
  )
}

export const FILE = 'file'

/** Who a thread is, for those who may have to write in its name. */
export interface Deceased {
  /** `service.instance.id` */
  readonly instance: string
  /** Thread that started it. */
  readonly parent: number
  /** Of its resource. */
  readonly attributes: Attributes
  readonly destinations: DestinationKeys
  /** Absolute path of the run's folder. */
  readonly folder: string
  readonly maxBytes: number
}

export type InstanceEntry = readonly ['instance', Deceased]
type SenderEntry = readonly ['sender']

/** Numbers of the instance entry. */
const STATE = 0
export const START_EPOCH_MS = 1
export const CALLS_STARTED = 2
export const CALLS_ENDED = 3
export const HELD = { logs: 4, traces: 5 } as const
const NUMBERS = 6

/** States of an instance. It may write while it is at rest; another may write its end while nobody writes. */
export const AT_REST = 0
const WRITING = 1
export const ENDED = 2
/** And above: another thread writes its end. The id of that one is added, for it may die over it. */
export const TAKEN = 3

/** What a thread leaves behind, as long as it lives. */
export interface Estate {
  /** For its metrics. */
  readonly places: Places
  /** For its recorder. */
  readonly calls: CallCounts
  /** Runs a step that writes, unless another thread has written the end of this one. */
  write(step: () => void): void
  /** So many more spans or events are recorded and not written, or so many fewer. */
  holds(signal: Signal, more: number): void
  /** For the counts of a sender; undefined when there is no room. */
  boardPlace(): BoardPlace | undefined
  /** All is written: nobody need do it. */
  ended(): void
}

/** Opens the estate of this thread; undefined when there is no room for it. */
export function openEstate(ledger: Ledger, who: Deceased, clock: Clock): Estate | undefined {
  const entry: InstanceEntry = ['instance', who]
  const numbers = ledger.append(
    entry,
    Array.from({ length: NUMBERS }, () => 0),
  )
  if (numbers === undefined) return undefined
  const state = stateOf(numbers)

  return {
    places: sharedPlaces(ledger),
    calls: countsIn(numbers, clock),
    write(step) {
      // A step within a step is of the same turn.
      if (Atomics.load(state, 0) === WRITING) return step()
      if (Atomics.compareExchange(state, 0, AT_REST, WRITING) !== AT_REST) return
      try {
        step()
      } finally {
        Atomics.compareExchange(state, 0, WRITING, AT_REST)
      }
    },
    holds(signal, more) {
      if (signal !== 'metrics') numbers[HELD[signal]] = (numbers[HELD[signal]] ?? 0) + more
    },
    boardPlace() {
      const sender: SenderEntry = ['sender']
      const count = Math.ceil(BOARD_BYTES / Float64Array.BYTES_PER_ELEMENT)
      const room = ledger.append(
        sender,
        Array.from({ length: count }, () => 0),
      )
      return room === undefined ? undefined : { memory: room.buffer, byteOffset: room.byteOffset }
    },
    ended() {
      Atomics.compareExchange(state, 0, AT_REST, ENDED)
    },
  }
}

/** The state among the numbers of an instance, as an integer that can be exchanged. */
export function stateOf(numbers: Float64Array<SharedArrayBuffer>): Int32Array<SharedArrayBuffer> {
  return new Int32Array(numbers.buffer, numbers.byteOffset + STATE, 1)
}

/** Counts of calls in shared memory. The start is kept as time of day: each thread has a monotonic time of its own. */
function countsIn(numbers: Float64Array, clock: Clock): CallCounts {
  const sinceEpoch = clock.epoch() - clock.now()
  return {
    get startedMs() {
      return (numbers[START_EPOCH_MS] ?? 0) - sinceEpoch
    },
    set startedMs(ms) {
      numbers[START_EPOCH_MS] = ms + sinceEpoch
    },
    get started() {
      return numbers[CALLS_STARTED] ?? 0
    },
    set started(count) {
      numbers[CALLS_STARTED] = count
    },
    get ended() {
      return numbers[CALLS_ENDED] ?? 0
    },
    set ended(count) {
      numbers[CALLS_ENDED] = count
    },
  }
}
