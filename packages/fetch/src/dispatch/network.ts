import type { Dispatcher } from 'undici'
import { textOf, type Expecting, type RequestLine } from '../observe/expected.ts'
import { isSameLine, ownRequests } from '../observe/registry.ts'
import { chosenDispatcher, loadUndici } from '../undici.ts'
import { Bilingual } from './bilingual.ts'
import type { Dispatch } from './options.ts'

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
    const handed = new Handed(options, handler)
    const before = registry.dispatching
    registry.expecting.add(handed)
    registry.dispatching = options
    try {
      const goesOn = dispatcher.dispatch(options, handed)
      // Somebody saw undici begin with it.
      if (registry.dispatching !== options) handed.begun()
      return goesOn
    } catch (error) {
      handed.begun()
      throw error
    } finally {
      registry.dispatching = before
    }
  }
}

/** A handler in the hands of a dispatcher. In a pool that is full the request waits, and begins when nothing shows that it is ours. */
class Handed extends Bilingual implements Expecting {
  readonly #line: RequestLine

  constructor(line: RequestLine, handler: Dispatcher.DispatchHandler) {
    super(handler)
    this.#line = line
  }

  get line(): string {
    return textOf(this.#line)
  }

  awaits(line: RequestLine): boolean {
    return isSameLine(this.#line, line)
  }

  begun(): void {
    registry.expecting.delete(this)
  }

  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.begun()
    super.onRequestStart(controller, context)
  }

  override onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.begun()
    super.onResponseError(controller, error)
  }
}

/** Obeys the proxies of the environment where Node's own fetch does. */
function ownAgent(): Dispatcher {
  const { Agent, EnvHttpProxyAgent } = loadUndici()
  const proxied = process.env['NODE_USE_ENV_PROXY'] === '1'
  return proxied ? new EnvHttpProxyAgent({ allowH2: false }) : new Agent({ allowH2: false })
}
