import type { Dispatcher } from 'undici'
import { CALL, type CallState } from '../call-state.ts'
import type { CacheOptions } from '../options.ts'
import { loadUndici } from '../undici.ts'
import { cacheInterceptor } from './cache.ts'
import { exchangeInterceptor, type ExchangeDeps } from './exchange.ts'
import { network, through } from './network.ts'
import type { HopOptions } from './options.ts'
import { POLICED } from './policed.ts'

/** What the platform's fetch takes as `init.dispatcher`: it asks for nothing but `dispatch`. */
interface CallDispatcher {
  dispatch(options: Dispatcher.DispatchOptions, handler: object): boolean
}

/** Makes the dispatcher of one call. */
export interface Stack {
  /** @param base where the caller wants the request to go, if it says so */
  of(call: CallState, cached: boolean, base: Dispatcher | undefined): CallDispatcher
}

/** A static method of `Dispatcher1Wrapper` that undici's types leave out. */
interface HandlerTranslator {
  readonly wrapHandler: (handler: object) => Dispatcher.DispatchHandler
}

/** The layers below fetch: cache, then policies, then the network. */
export function dispatchStack(
  deps: ExchangeDeps,
  cache: CacheOptions | undefined,
  dispatcher: Dispatcher | undefined,
): Stack {
  const { Dispatcher1Wrapper } = loadUndici()
  const exchange = exchangeInterceptor(deps)
  const cacheLayer = cache === undefined ? undefined : cacheInterceptor(cache, deps.clock)
  const direct = exchange(network(dispatcher))
  const throughCache = cacheLayer?.(direct)
  // Each platform's fetch speaks the handler language of its own undici; the wrapper translates the old one.
  const { wrapHandler } = Dispatcher1Wrapper as unknown as HandlerTranslator
  return {
    of(call, cached, base) {
      let dispatch = cached && throughCache !== undefined ? throughCache : direct
      // Whoever sends one call elsewhere, to a proxy or a mock, does not want an answer from the cache of another place.
      if (base !== undefined) dispatch = exchange(through(base))
      return {
        ...POLICED,
        // The platform's fetch cannot speak HTTP/2 through a dispatcher that is not its own.
        dispatch: (options, handler) =>
          dispatch(
            { ...options, allowH2: false, [CALL]: call } as HopOptions,
            wrapHandler(handler),
          ),
      }
    },
  }
}
