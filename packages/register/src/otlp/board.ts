import { SIGNALS, type Signal } from '@plimsoll/semconv'

// What the program's thread and its sender both know. Messages between threads need an event loop, and a process that
// ends has none: memory can be read at once, so what is reported as lost is exact.

/** Why a sender loses something. */
export const SENDER_LOSSES = ['export_failed', 'queue_full'] as const
export type SenderLoss = (typeof SENDER_LOSSES)[number]

/** Memory of a board that both threads keep, and others may read. */
export interface BoardPlace {
  readonly memory: SharedArrayBuffer
  readonly byteOffset: number
}

/** Counts over the life of a sender; items are data points, spans or events. */
export interface Board {
  readonly place: BoardPlace
  /** Items that the sender was handed. */
  readonly handed: (signal: Signal) => number
  readonly hand: (signal: Signal, items: number) => void
  /** Of what is lost: items that are counted in metrics. */
  readonly told: (signal: Signal, reason: SenderLoss) => number
  readonly tell: (signal: Signal, reason: SenderLoss, items: number) => void
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
/** Of each signal: what was handed over, what is settled, and by each reason what is lost and what of that is told. */
const COUNTS = 2 + 2 * SENDER_LOSSES.length
const SLOTS = FIRST_COUNT + COUNTS * SIGNALS.length
const MAX_TROUBLE_BYTES = 500

/** Bytes that a board takes. */
export const BOARD_BYTES = SLOTS * BigInt64Array.BYTES_PER_ELEMENT + MAX_TROUBLE_BYTES

/** A board in new memory, or in that of the other thread. */
export function createBoard(
  place: BoardPlace = { memory: new SharedArrayBuffer(BOARD_BYTES), byteOffset: 0 },
): Board {
  const { memory, byteOffset } = place
  const slots = new BigInt64Array(memory, byteOffset, SLOTS)
  const text = new Uint8Array(memory, byteOffset + slots.byteLength, MAX_TROUBLE_BYTES)
  const handedAt = (signal: Signal): number => FIRST_COUNT + COUNTS * SIGNALS.indexOf(signal)
  const settledAt = (signal: Signal): number => handedAt(signal) + 1
  const lostAt = (signal: Signal, reason: SenderLoss): number =>
    settledAt(signal) + 1 + SENDER_LOSSES.indexOf(reason)
  const toldAt = (signal: Signal, reason: SenderLoss): number =>
    lostAt(signal, reason) + SENDER_LOSSES.length
  const read = (at: number): number => Number(Atomics.load(slots, at))
  const add = (at: number, items: number): void => void Atomics.add(slots, at, BigInt(items))

  return {
    place,
    handed: (signal) => read(handedAt(signal)),
    hand: (signal, items) => add(handedAt(signal), items),
    told: (signal, reason) => read(toldAt(signal, reason)),
    tell: (signal, reason, items) => add(toldAt(signal, reason), items),
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
