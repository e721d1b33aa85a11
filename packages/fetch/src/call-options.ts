import type { CircuitBreaker } from '@plimsoll/policies'

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

/**
 * `fetch` as one that says of each call what it is for. The words travel in a third argument, which every other fetch
 * passes over in silence: nothing of `input` or `init` is touched, and the result may be used like any fetch.
 */
export function withRole(fetch: typeof globalThis.fetch, role: string): typeof globalThis.fetch {
  return withCallOptions(fetch, { role })
}

/** `fetch` whose calls stand behind the breaker of a logical source as well as behind those of the hosts it asks. */
export function withBreaker(
  fetch: typeof globalThis.fetch,
  breaker: CircuitBreaker,
): typeof globalThis.fetch {
  return withCallOptions(fetch, { breaker })
}

type Fetch3 = (
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
  extra: Branded,
) => Promise<Response>

function withCallOptions(
  fetch: typeof globalThis.fetch,
  options: CallOptions,
): typeof globalThis.fetch {
  const below = fetch as Fetch3
  const above = (
    input: Parameters<typeof globalThis.fetch>[0],
    init?: RequestInit,
    ...rest: readonly unknown[]
  ): Promise<Response> => below(input, init, { [brand]: { ...options, ...callOptionsOf(rest[0]) } })
  return above
}

/** The call options in a third argument of `fetch`, if that is what it is. */
export function callOptionsOf(extra: unknown): CallOptions {
  return typeof extra === 'object' && extra !== null && brand in extra
    ? (extra as Branded)[brand]
    : {}
}
