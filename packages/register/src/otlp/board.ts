import { SIGNALS, type Signal } from '@plimsoll/semconv'

// What the program's thread and its sender both know. Messages between threads need an event loop, and a process that
// ends has none: memory can be read at once, so what is reported as lost is exact.

/** Why a sender loses something. */
export const SENDER_LOSSES = ['export_failed', 'queue_full'] as const
export type SenderLoss = (typeof SENDER_LOSSES)[number]

/** Counts over the life of a sender; items are data points, spans or events. */
export interface Board {
  readonly memory: SharedArrayBuffer
  /** Items whose fate is known: taken, lost, or, of cumulative metrics, overtaken by newer ones. */
  readonly settled: (signal: Signal) => number
  readonly lost: (signal: Signal, reason: SenderLoss) => number
  readonly settle: (signal: Signal, items: number) => void
  readonly lose: (signal: Signal, reason: SenderLoss, items: number) => void
  /** The last word of this instance was taken. */
  readonly endTaken: () => boolean
  readonly takeEnd: () => void
  /** What went wrong last, empty when nothing did. */
  readonly trouble: () => string
  readonly setTrouble: (text: string) => void
  /** Blocks until {@link Board.done}, at most `ms` milliseconds. */
  readonly awaitDone: (ms: number) => void
  /** All is sent or given up. */
  readonly done: () => void
}

const DONE = 0
const END_TAKEN = 1
const TROUBLE_BYTES = 2
const FIRST_COUNT = 3
/** Of each signal: what is settled, and what is lost by each reason. */
const COUNTS = 1 + SENDER_LOSSES.length
const SLOTS = FIRST_COUNT + COUNTS * SIGNALS.length
const MAX_TROUBLE_BYTES = 500

/** A board in new memory, or in that of the other thread. */
export function createBoard(
  memory: SharedArrayBuffer = new SharedArrayBuffer(
    SLOTS * BigInt64Array.BYTES_PER_ELEMENT + MAX_TROUBLE_BYTES,
  ),
): Board {
  const slots = new BigInt64Array(memory, 0, SLOTS)
  const text = new Uint8Array(memory, SLOTS * BigInt64Array.BYTES_PER_ELEMENT)
  const settledAt = (signal: Signal): number => FIRST_COUNT + COUNTS * SIGNALS.indexOf(signal)
  const lostAt = (signal: Signal, reason: SenderLoss): number =>
    settledAt(signal) + 1 + SENDER_LOSSES.indexOf(reason)
  const read = (at: number): number => Number(Atomics.load(slots, at))
  const add = (at: number, items: number): void => void Atomics.add(slots, at, BigInt(items))

  return {
    memory,
    settled: (signal) => read(settledAt(signal)),
    lost: (signal, reason) => read(lostAt(signal, reason)),
    settle: (signal, items) => add(settledAt(signal), items),
    lose: (signal, reason, items) => add(lostAt(signal, reason), items),
    endTaken: () => read(END_TAKEN) === 1,
    takeEnd: () => void Atomics.store(slots, END_TAKEN, 1n),
    trouble: () => new TextDecoder().decode(text.slice(0, read(TROUBLE_BYTES))),
    setTrouble(words) {
      const { written } = new TextEncoder().encodeInto(words, text)
      Atomics.store(slots, TROUBLE_BYTES, BigInt(written))
    },
    awaitDone: (ms) => void Atomics.wait(slots, DONE, 0n, ms),
    done() {
      Atomics.store(slots, DONE, 1n)
      Atomics.notify(slots, DONE)
    },
  }
}
