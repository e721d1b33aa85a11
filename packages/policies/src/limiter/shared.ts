import { untilAborted } from '../abort.ts'
import type { Acquired } from './request.ts'
import type { Booking, RateStore } from './store.ts'
import { allowed, refusal, type Desk, type Wait } from './wait.ts'

/** A store, and who hears that it failed. */
export interface Shared {
  readonly store: RateStore
  readonly onError: ((error: unknown) => void) | undefined
}

/**
 * Waits for a slot of the store. Undefined when the store failed: the limiter then goes by its own count, since a store
 * that is down must not take down the programs that share it.
 */
export async function waitShared(
  desk: Desk,
  shared: Shared,
  cost: number,
  wait: Wait,
): Promise<Acquired | undefined> {
  const { terms, startMs, signal } = wait
  const mostMs = Math.min(terms.maxDelayMs, wait.deadlineMs - startMs)
  let booking: Booking | undefined
  try {
    booking = await book(shared, cost, mostMs, signal)
  } catch (error) {
    desk.reports.decision('canceled', terms, 0, desk.clock.now() - startMs)
    throw error
  }
  if (booking === undefined) return undefined
  const { delayMs } = booking
  if (!booking.granted) throw refusal(desk, wait, delayMs)
  if (!allowed({ ...wait, delayMs })) {
    giveBack(shared, booking.ticket)
    throw refusal(desk, wait, delayMs)
  }
  if (delayMs > 0) await sleepOn(desk, shared, { ...wait, delayMs }, booking.ticket)
  const waitedMs = desk.clock.now() - startMs
  desk.reports.decision('acquired', terms, delayMs, waitedMs)
  return { delayMs, waitedMs }
}

/** Tells the store of a pause. */
export function pauseShared(shared: Shared, delayMs: number): void {
  void attempt(shared, () => shared.store.pause(delayMs))
}

async function book(
  shared: Shared,
  cost: number,
  mostMs: number,
  signal: AbortSignal | undefined,
): Promise<Booking | undefined> {
  const booking = attempt(shared, () => shared.store.book(cost, mostMs))
  try {
    return await untilAborted(booking, signal)
  } catch (error) {
    // The answer is still on its way; what it grants nobody will use.
    void booking.then((late) => {
      if (late?.granted === true) giveBack(shared, late.ticket)
    })
    throw error
  }
}

async function sleepOn(desk: Desk, shared: Shared, wait: Wait, ticket: unknown): Promise<void> {
  const { terms, startMs, delayMs, signal } = wait
  desk.reports.queue(terms, 1)
  try {
    await desk.clock.sleep(delayMs, signal)
  } catch (error) {
    giveBack(shared, ticket)
    desk.reports.decision('canceled', terms, delayMs, desk.clock.now() - startMs)
    throw error
  } finally {
    desk.reports.queue(terms, -1)
  }
}

function giveBack(shared: Shared, ticket: unknown): void {
  void attempt(shared, () => shared.store.refund(ticket))
}

/** What the store answers, or undefined when it failed, which `onError` hears. Never rejects. */
async function attempt<T>(shared: Shared, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    try {
      shared.onError?.(error)
    } catch {
      // A hook observes; what it throws must not change what happens to the call.
    }
    return undefined
  }
}
