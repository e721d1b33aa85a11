import type { Dispatcher } from 'undici'
import { CALL } from '../call-state.ts'
import type { CacheOptions } from '../options.ts'
import { loadUndici } from '../undici.ts'
import { cacheInterceptor } from './cache.ts'
import { Exchange, type ExchangeDeps, type ExchangingCall } from './exchange.ts'
import { network, through } from './network.ts'
import type { Dispatch } from './options.ts'

/** A call on its way through the layers. */
export interface StackedCall extends ExchangingCall {
  /** Whether the cache is asked. */
  readonly cached: boolean
  /** Where the caller wants it to go, if it says so. */
  readonly base: Dispatcher | undefined
}

/** Takes one request of a call through the layers; what comes back goes to `handler`, of whatever undici. */
export type Stack = (
  call: StackedCall,
  options: Dispatcher.DispatchOptions,
  handler: object,
) => boolean

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
  // Each platform's fetch speaks the handler language of its own undici; the wrapper translates the old one.
  const { wrapHandler } = Dispatcher1Wrapper as unknown as HandlerTranslator
  const leave = network(dispatcher)
  const cacheLayer = cache === undefined ? undefined : cacheInterceptor(cache, deps.clock)
  const throughCache = cacheLayer?.(policed(deps, leave))
  return (call, options, handler) => {
    const receiver = wrapHandler(handler)
    const { base } = call
    if (base === undefined && call.cached && throughCache !== undefined) {
      return throughCache({ ...options, [CALL]: call }, receiver)
    }
    // Whoever sends one call elsewhere, to a proxy or a mock, does not want an answer from the cache of another place.
    const dispatch = base === undefined ? leave : through(base)
    new Exchange(deps, dispatch, options, receiver, call).begin()
    return true
  }
}

/** `dispatch` under the policies of the call that comes in its options. */
function policed(deps: ExchangeDeps, dispatch: Dispatch): Dispatch {
  return (options, handler) => {
    const call = options[CALL]
    if (call === undefined) return dispatch(options, handler)
    new Exchange(deps, dispatch, options, handler, call).begin()
    return true
  }
}
