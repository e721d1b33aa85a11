import { sharedAcrossCopies } from '@plimsoll/policies/shared'

/** Any fetch, with whatever arguments the program gave. */
export type AnyFetch = (...args: readonly unknown[]) => Promise<Response>

/** What a program's copy of this package wraps, that of the preload must know, and the other way round. */
const wrapped = sharedAcrossCopies('wrapped-fetches', () => new WeakMap<object, AnyFetch>())

/**
 * A function that looks like the platform's fetch: its name and its length. `below` is the one that it stands on; it is
 * kept where no property of the function shows it.
 */
export function asFetch(call: AnyFetch, below: AnyFetch): typeof globalThis.fetch {
  function fetch(input: unknown, init?: unknown, extra?: unknown): Promise<Response> {
    return call(input, init, extra)
  }
  Object.defineProperty(fetch, 'length', { value: 1 })
  wrapped.set(fetch, below)
  return fetch
}

/** Whether a fetch is one of ours already, of whatever copy of this package. */
export function isWrapped(fetch: typeof globalThis.fetch): boolean {
  return wrapped.has(fetch)
}

/**
 * The fetch under all that we have put around it, so that a call is measured and guarded once, whoever wraps first. By
 * default the one that is global now.
 */
export function lowestFetch(fetch: typeof globalThis.fetch = globalThis.fetch): AnyFetch {
  let lowest = fetch as AnyFetch
  for (;;) {
    const below = wrapped.get(lowest)
    if (below === undefined) return lowest
    lowest = below
  }
}
