import type { CircuitBreaker } from '@plimsoll/policies'
import type * as Undici from 'undici'

/** What a caller may say about one call beyond `init`. */
export interface CallOptions {
  /** What the call is for; it takes the place of the host's role. */
  readonly role?: string | undefined
  /** Breaker of the logical source on whose behalf the call is made; asked before the host's, below the cache. */
  readonly breaker?: CircuitBreaker | undefined
}

// A registered symbol, because the program's copy of this package may speak to the preload's.
const brand: unique symbol = Symbol.for('plimsoll.call-options')

interface Branded {
  readonly [brand]: CallOptions
}

/** `fetch`, or the `request` of a client. */
type Ask = typeof globalThis.fetch | typeof Undici.request

/**
 * `ask` as one that says of each call what it is for. The words travel in a third argument, which every other fetch
 * passes over in silence: nothing of `input` or `init` is touched, and the result may be used like any fetch. undici's
 * own `request` does not pass it over; a client's does.
 */
export function withRole<A extends Ask>(ask: A, role: string): A {
  return withCallOptions(ask, { role })
}

/** `ask` whose calls stand behind the breaker of a logical source as well as behind those of the hosts it asks. */
export function withBreaker<A extends Ask>(ask: A, breaker: CircuitBreaker): A {
  return withCallOptions(ask, { breaker })
}

type Ask3 = (input: unknown, init: unknown, extra: Branded) => Promise<unknown>

function withCallOptions<A extends Ask>(ask: A, options: CallOptions): A {
  const below = ask as Ask3
  const above = (input: unknown, init?: unknown, ...rest: readonly unknown[]): Promise<unknown> =>
    below(input, init, { [brand]: { ...options, ...callOptionsOf(rest[0]) } })
  return above as A
}

/** The call options in a third argument of `fetch`, if that is what it is. */
export function callOptionsOf(extra: unknown): CallOptions {
  return typeof extra === 'object' && extra !== null && brand in extra
    ? (extra as Branded)[brand]
    : NONE
}

// Without a prototype: a `role` that somebody adds to `Object.prototype` is none of a call.
const NONE: CallOptions = Object.freeze(Object.create(null) as CallOptions)
