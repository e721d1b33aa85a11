import { guarded, processRecorder, systemClock } from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import type { ExchangeDeps } from './dispatch/exchange.ts'
import { TimeLines } from './dispatch/time-lines.ts'
import { dispatchStack, type Stack } from './dispatch/stack.ts'
import { hostRegistry, type HostRegistry } from './hosts/host-registry.ts'
import type { CacheOptions, FetchOptions } from './options.ts'
import { hashUrl } from './url.ts'

/** What all calls of a client share. */
export interface Surroundings extends ExchangeDeps {
  readonly hosts: HostRegistry
  readonly stack: Stack
  readonly cacheRoles: ReadonlySet<string> | undefined
  readonly cacheOn: boolean
  readonly hash: (url: URL | string) => string
}

/** Makes what the options ask for. */
export function surroundingsOf(options: FetchOptions): Surroundings {
  const clock = options.clock ?? systemClock
  const recorder = guarded(options.recorder ?? processRecorder)
  const random = options.random ?? Math.random
  const hosts = hostRegistry(options, { clock, recorder, random })
  const deps: ExchangeDeps = {
    clock,
    timeLines: new TimeLines(clock),
    recorder,
    tracing: processTracing,
    hostOf: (origin) => hosts.of(origin),
    redact: options.redact ?? {},
    verifyDigests: options.integrity ?? true,
  }
  const cache = cacheOf(options.cache)
  const { urlHashKey } = options
  return {
    ...deps,
    hosts,
    stack: dispatchStack(deps, cache, options.dispatcher),
    cacheOn: cache !== undefined,
    cacheRoles: cache?.roles === undefined ? undefined : new Set(cache.roles),
    hash: (url) => hashUrl(url, urlHashKey),
  }
}

function cacheOf(cache: boolean | CacheOptions | undefined): CacheOptions | undefined {
  if (cache === undefined || cache === false) return undefined
  return cache === true ? {} : cache
}
