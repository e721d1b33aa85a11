import { FETCH_DEFAULTS, type ChangeableOptions, type FetchOptions } from '../options.ts'
import { hostOf } from '../url.ts'
import { hostState, type HostState, type Shared } from './host-state.ts'
import { lru } from './lru.ts'
import { policyFinder } from './pattern.ts'

/** The states of the hosts that were asked, by origin (scheme, name and port), made on first sight and bounded in number. */
export interface HostRegistry {
  /** The state of an origin. */
  of(origin: string): HostState
  /** The state of an origin that was asked before, by any text; undefined for all else. */
  known(text: string): HostState | undefined
  /** Puts every host under these policies, which must be valid; returns how many of those known changed. */
  update(options: ChangeableOptions): number
  /** The states of all hosts known now. */
  states(): Iterable<HostState>
}

export function hostRegistry(options: FetchOptions, shared: Shared): HostRegistry {
  let find = policyFinder(options)
  const states = lru<HostState>(options.maxHosts ?? FETCH_DEFAULTS.maxHosts, (state) => {
    // Who waits for its limiter goes on waiting; only the count of breakers has to hear of it.
    state.breaker?.dispose()
  })
  const make = (origin: string): HostState => {
    const subject = Object.freeze(hostOf(new URL(origin)))
    return hostState(subject, find(subject.address, subject.port), shared)
  }
  return {
    of: (origin) => states.ensure(origin, make),
    known: (text) => states.get(text),
    update(changed) {
      find = policyFinder(changed)
      let count = 0
      states.change((state) => {
        const { address = '', port = 0 } = state.subject
        const next = hostState(state.subject, find(address, port), shared, state)
        if (next !== state) count += 1
        return next
      })
      return count
    },
    states: () => states.values(),
  }
}
