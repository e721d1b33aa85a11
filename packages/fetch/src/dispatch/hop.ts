import type { CacheResult } from '@plimsoll/semconv'
import type { interceptors } from 'undici'

/** The port of undici's cache to its memory. */
export type CacheStore = NonNullable<NonNullable<Parameters<typeof interceptors.cache>[0]>['store']>

/** What the cache had, as its store says. */
export type CacheEntry = Exclude<ReturnType<CacheStore['get']>, undefined | Promise<unknown>>

/** One dispatch of the platform's fetch (the first, or after a redirect) on its way through the cache. */
export interface Hop {
  /** What the store had; undefined when it had nothing, or was not asked. */
  entry: CacheEntry | undefined
  /** Whether the origin was asked before the response began. */
  asked: boolean
  /** What the origin said to that. */
  originStatus: number | undefined
  /** Whether asking the origin ended in an error, a refusal of ours included. */
  originFailed: boolean
  /** Whether the response began: what is asked after that, is asked in the background. */
  responded: boolean
}

export const HOP: unique symbol = Symbol('plimsoll.hop')

export function newHop(): Hop {
  return {
    entry: undefined,
    asked: false,
    originStatus: undefined,
    originFailed: false,
    responded: false,
  }
}

const STALE_WARNING = '110 - "response is stale"'

/**
 * How the cache answered: told from outside, by what the store had, whether the origin was asked and what it said.
 * undici's cache does not say so itself.
 */
export function classify(hop: Hop, warning: string | undefined, epochMs: number): CacheResult {
  const { entry } = hop
  if (entry === undefined) return 'miss'
  if (!hop.asked) {
    if (warning === STALE_WARNING) return 'stale_while_revalidate'
    return epochMs > entry.staleAt ? 'stale_max_stale' : 'hit'
  }
  if (hop.originStatus === 304) return 'revalidated'
  // Only an entry that is served in place of the error carries the warning.
  const failed = hop.originFailed || (hop.originStatus !== undefined && hop.originStatus >= 500)
  return failed && warning === STALE_WARNING ? 'stale_if_error' : 'miss'
}
