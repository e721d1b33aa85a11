import type { Clock } from '@plimsoll/policies'
import type { Dispatcher } from 'undici'
import { CALL } from '../call-state.ts'
import { FETCH_DEFAULTS, type CacheOptions } from '../options.ts'
import { loadUndici } from '../undici.ts'
import { freshenedHandler } from './freshen.ts'
import { classify, HOP, newHop, type CacheStore, type Hop } from './hop.ts'
import { field, listedFields, type Dispatch, type HopOptions, type Interceptor } from './options.ts'
import { passing } from './passing.ts'

/**
 * undici's cache between two thin layers of ours. The upper one gives each hop its notes and, when the response begins,
 * says how the cache answered; the lower one notes whether the origin was asked and what it said.
 */
export function cacheInterceptor(options: CacheOptions, clock: Clock): Interceptor {
  const { cacheStores, interceptors } = loadUndici()
  const memory = new cacheStores.MemoryCacheStore({
    maxCount: options.maxEntries ?? FETCH_DEFAULTS.cacheEntries,
    maxSize: options.maxBytes ?? FETCH_DEFAULTS.cacheBytes,
    maxEntrySize: options.maxEntryBytes ?? FETCH_DEFAULTS.cacheEntryBytes,
  })
  const lookup: Lookup = { hop: undefined }
  const cached = interceptors.cache({
    store: observedStore(memory, lookup),
    type: options.type ?? 'shared',
  })
  return (dispatch) => {
    const lower = lowerLayer(dispatch, clock)
    return upperLayer(cached(lower), dispatch, lookup, clock)
  }
}

/** The hop whose look-up runs right now: undici asks the store before `dispatch` returns. */
interface Lookup {
  hop: Hop | undefined
}

function observedStore(store: CacheStore, lookup: Lookup): CacheStore {
  return {
    get(key) {
      const entry = store.get(key)
      if (lookup.hop !== undefined && !(entry instanceof Promise)) lookup.hop.entry = entry
      return entry
    },
    createWriteStream: (key, value) => store.createWriteStream(key, value),
    delete: (key) => store.delete(key),
  }
}

function upperLayer(cached: Dispatch, uncached: Dispatch, lookup: Lookup, clock: Clock): Dispatch {
  return (options, handler) => {
    const call = options[CALL]
    if (call === undefined) return uncached(options, handler)
    if (call.noStore) {
      call.cache = 'bypass'
      return uncached(options, handler)
    }
    const bypass = options.method !== 'GET' || asksForNoStore(options)
    const hop = newHop()
    const watched = watch(handler, (warning) => {
      if (hop.responded) return
      hop.responded = true
      call.cache = bypass ? 'bypass' : classify(hop, warning, clock.epoch())
    })
    lookup.hop = hop
    try {
      // A method that is not cached passes through as well: it may make entries invalid.
      return cached({ ...options, [HOP]: hop }, watched)
    } finally {
      lookup.hop = undefined
    }
  }
}

function asksForNoStore({ headers }: HopOptions): boolean {
  if (headers === null || typeof headers !== 'object') return false
  const fields = listedFields(headers) ?? Object.entries(headers).flat()
  return fields.some(
    (name, at) =>
      at % 2 === 0 &&
      String(name).toLowerCase() === 'cache-control' &&
      /(?:^|[\s,])no-store(?:$|[\s,])/iu.test(String(fields[at + 1])),
  )
}

function watch(
  handler: Dispatcher.DispatchHandler,
  responded: (warning: string | undefined) => void,
): Dispatcher.DispatchHandler {
  return passing(handler, {
    onResponseStart(controller, status, headers, message) {
      if (status >= 200) responded(field(headers, 'warning'))
      handler.onResponseStart?.(controller, status, headers, message)
    },
    onResponseError(controller, error) {
      responded(undefined)
      handler.onResponseError?.(controller, error)
    },
  })
}

function lowerLayer(dispatch: Dispatch, clock: Clock): Dispatch {
  return (options, handler) => {
    const hop = options[HOP]
    if (hop === undefined) return dispatch(options, handler)
    const freshened = freshenedHandler(handler, hop.entry, clock)
    // What is asked after the response began renews the entry in the background; the answer was classified before.
    hop.asked = true
    const noting = passing(freshened, {
      onResponseStart(controller, status, headers, message) {
        if (status >= 200) hop.originStatus = status
        freshened.onResponseStart?.(controller, status, headers, message)
      },
      onResponseError(controller, error) {
        hop.originFailed = true
        freshened.onResponseError?.(controller, error)
      },
    })
    return dispatch(options, noting)
  }
}
