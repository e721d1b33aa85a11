import type { Dispatcher } from 'undici'
import { isSameLine, ownRequests, type Expecting } from '../observe/registry.ts'
import { chosenDispatcher, loadUndici } from '../undici.ts'
import { bilingual } from './bilingual.ts'
import type { Dispatch } from './options.ts'
import { passing } from './passing.ts'

const registry = ownRequests()

/**
 * Where requests leave: by the dispatcher that was given, else by the one that the program chose for its fetches at that
 * moment, else by an agent of our own.
 */
export function network(given: Dispatcher | undefined): Dispatch {
  if (given !== undefined) return through(given)
  const own = ownAgent()
  let chosen: Dispatcher | undefined
  let throughChosen: Dispatch | undefined
  return (options, handler) => {
    const now = chosenDispatcher()
    if (now !== undefined) {
      if (now !== chosen || throughChosen === undefined) {
        chosen = now
        throughChosen = through(now)
      }
      return throughChosen(options, handler)
    }
    const before = registry.dispatching
    registry.dispatching = options
    try {
      return own.dispatch(options, handler)
    } finally {
      registry.dispatching = before
    }
  }
}

/** By a dispatcher of the program's, of undici 7 or 8. */
export function through(dispatcher: Dispatcher): Dispatch {
  return (options, handler) => {
    // In a pool that is full the request waits, and begins when nothing shows that it is ours.
    const waiting: Expecting = { awaits: (line) => isSameLine(options, line) }
    const over = (): void => {
      registry.expecting.delete(waiting)
    }
    const noting = passing(handler, {
      onRequestStart(controller, context) {
        over()
        handler.onRequestStart?.(controller, context)
      },
      onResponseError(controller, error) {
        over()
        handler.onResponseError?.(controller, error)
      },
    })
    const before = registry.dispatching
    registry.expecting.add(waiting)
    registry.dispatching = options
    try {
      const goesOn = dispatcher.dispatch(options, bilingual(noting))
      // Somebody saw undici begin with it.
      if (registry.dispatching !== options) over()
      return goesOn
    } catch (error) {
      over()
      throw error
    } finally {
      registry.dispatching = before
    }
  }
}

/** Obeys the proxies of the environment where Node's own fetch does. */
function ownAgent(): Dispatcher {
  const { Agent, EnvHttpProxyAgent } = loadUndici()
  const proxied = process.env['NODE_USE_ENV_PROXY'] === '1'
  return proxied ? new EnvHttpProxyAgent({ allowH2: false }) : new Agent({ allowH2: false })
}
