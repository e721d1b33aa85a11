/** What a store answers: a slot `delayMs` from now, or that the slot would be later than allowed and was not booked. */
export type Booking =
  | { readonly granted: true; readonly delayMs: number; readonly ticket: unknown }
  | { readonly granted: false; readonly delayMs: number }

/**
 * The port for limits that several processes share. Delays are relative, so that the processes need no common clock.
 * An adapter is constructed with its rate and its key; it may answer with an error, the limiter then counts on its own.
 */
export interface RateStore {
  /** Books `cost` at the earliest moment; nothing when that is more than `maxDelayMs` away. */
  book(cost: number, maxDelayMs: number): Promise<Booking>
  /** Gives a booking back that was not used, without letting more than the rate through. */
  refund(ticket: unknown): Promise<void>
  /** Books nothing earlier than `delayMs` from now; never shortens an earlier pause. */
  pause(delayMs: number): Promise<void>
}
