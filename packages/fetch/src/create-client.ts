import type * as Undici from 'undici'
import { callOptionsOf } from './call-options.ts'
import { configuredFallbacks, type CallsBySource } from './fallback/configured.ts'
import type { FetchFallback } from './fallback/create-fallback.ts'
import { FetchCall } from './fetch-call.ts'
import { healthOf, type Health } from './health/health.ts'
import type { ChangeableOptions, FetchOptions } from './options.ts'
import { asFetch, lowestFetch } from './platform.ts'
import { RequestCall, type RequestBelow, type RequestOptions } from './request-call.ts'
import { requestTarget } from './request-target.ts'
import { surroundingsOf, type Surroundings } from './surroundings.ts'
import { policedTarget } from './target.ts'
import { loadUndici } from './undici.ts'
import { validateChangeable, validateFetchOptions } from './validate-options.ts'

/** Two ways to ask under one set of policies: both share the breakers, limiters, budgets and cache of their hosts. */
export interface Client {
  /**
   * A standard `fetch`. It takes and gives the platform's own `Request`, `Response` and `FormData`, and lets the platform
   * do everything that fetch is; only the exchanges below it pass cache, breakers, limiter and time limits, by a dispatcher
   * for that call alone.
   *
   * Rejects with the platform's errors, with the caller's own abort reason, or with a `PlimsollError`:
   * `ERR_PLIMSOLL_CIRCUIT_OPEN`, `ERR_PLIMSOLL_RATE_LIMITED`, `ERR_PLIMSOLL_TIMEOUT`, `ERR_PLIMSOLL_DEADLINE`. A body that
   * is corrupt fails while it is read, with a `TypeError` whose `cause` is an `ERR_PLIMSOLL_CORRUPT_BODY`.
   */
  readonly fetch: typeof globalThis.fetch
  /**
   * undici 8's `request`, which costs a third of a `fetch`: its options, its answers with their body mixin, its errors.
   * Redirects are not followed. Rejects with undici's errors, with the caller's own abort reason, or with a
   * `PlimsollError`, as `fetch` does; a corrupt body fails with `ERR_PLIMSOLL_CORRUPT_BODY` itself. Whatever is wrong is
   * told by a rejection and never by a throw.
   */
  readonly request: typeof Undici.request
  /**
   * Puts the hosts under other policies: the whole of `defaults`, `hosts` and `profiles`, not a change of what was there.
   * All of it is applied, or with an error nothing. Limiters keep what they let through and promised, breakers their state,
   * budgets what is spent; a host whose policies stay the same is not touched; calls under way go on. Returns how many of
   * the hosts known to the client changed.
   *
   * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a bad option
   */
  update(options: ChangeableOptions): number
  /**
   * The fallback that the options call `name`: they say which sources are asked in which order, with which breakers and
   * time limits; `calls` says by source how it is asked and its answer read. Rejects as `createFallback` does.
   *
   * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a name that is not there, or a source without its calls
   */
  fallback<Input, T>(name: string, calls: CallsBySource<Input, T>): FetchFallback<Input, T>
  /** How the client stands with the hosts that it has asked. Costs little, sends nothing, never throws. */
  health(): Health
}

/**
 * A client: `fetch` and `request` under the same policies.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a bad option
 */
export function createClient(options: FetchOptions = {}): Client {
  validateFetchOptions(options)
  const surroundings = surroundingsOf(options)
  const fetch = policedFetch(surroundings, options.fetch)
  const { recorder, clock } = surroundings
  const random = options.random ?? Math.random
  return {
    fetch,
    request: policedRequest(surroundings),
    update: (changed) => {
      validateChangeable(changed)
      return surroundings.hosts.update(changed)
    },
    fallback: configuredFallbacks(options, { fetch, recorder, clock, random }),
    health: () => healthOf(surroundings.hosts.states(), surroundings.clock),
  }
}

/**
 * The `fetch` of a client of its own, see {@link Client.fetch}.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a bad option
 */
export function createFetch(options: FetchOptions = {}): typeof globalThis.fetch {
  return createClient(options).fetch
}

/**
 * The `request` of a client of its own, see {@link Client.request}.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a bad option
 */
export function createRequest(options: Omit<FetchOptions, 'fetch'> = {}): typeof Undici.request {
  return createClient(options).request
}

function policedFetch(
  surroundings: Surroundings,
  fetch: typeof globalThis.fetch | undefined,
): typeof globalThis.fetch {
  const below = lowestFetch(fetch)
  return asFetch((input, init, extra) => {
    // What is no dictionary is refused by the platform, in the platform's words.
    if (init !== undefined && init !== null && typeof init !== 'object') return below(input, init)
    const target = policedTarget(input, init, surroundings.hosts)
    if (target === undefined) return below(input, init)
    const options = callOptionsOf(extra)
    return new FetchCall(surroundings, below, input, init ?? undefined, target, options).run()
  }, below)
}

function policedRequest(surroundings: Surroundings): typeof Undici.request {
  const { request, Dispatcher } = loadUndici()
  const { prototype } = Dispatcher
  const below = {
    request,
    dispatched: (call: Undici.Dispatcher, options: Undici.Dispatcher.RequestOptions) =>
      prototype.request.call(call, options),
  } as unknown as RequestBelow
  const ask = (url: unknown, options?: unknown, extra?: unknown): Promise<unknown> => {
    // Like undici: the one object may hold both.
    const given = options ?? (typeof url === 'object' && !(url instanceof URL) ? (url ?? {}) : {})
    // What is no object of options is refused by undici, in its words.
    if (typeof given !== 'object') return below.request(url, options as object)
    const members = given as RequestOptions
    const target = requestTarget(url, members, surroundings.hosts)
    if (target === undefined) return below.request(url, members)
    return new RequestCall(surroundings, below, url, members, target, callOptionsOf(extra)).run()
  }
  return rejecting(ask) as typeof Undici.request
}

/** Without an `async` function, which each call would pay for. */
function rejecting(
  ask: (url: unknown, options?: unknown, extra?: unknown) => Promise<unknown>,
): (url: unknown, options?: unknown, extra?: unknown) => Promise<unknown> {
  return (url, options, extra) => {
    try {
      return ask(url, options, extra)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
