import type { Clock, Recorder } from '@plimsoll/policies'
import type { Dispatcher } from 'undici'
import type { RedactOptions } from './url.ts'

/** A limit of requests to one host. */
export interface LimiterPolicy {
  /** Requests that the host may get in a second, on average. */
  readonly ratePerSecond: number
  /** Requests that may go at once after a quiet time. @default 1 */
  readonly burst?: number
  /** The longest wait that a request accepts, in milliseconds; what would wait longer is refused. @default Infinity */
  readonly maxDelayMs?: number
}

/** When a host counts as broken, and for how long. Numbers and defaults are those of `circuitBreaker`. */
export interface BreakerPolicy {
  readonly failureRate?: number
  readonly minimumCalls?: number
  readonly windowMs?: number
  readonly consecutiveFailures?: number
  readonly openMs?: number
  readonly maxOpenMs?: number
  readonly backoffFactor?: number
  readonly jitter?: number
  readonly halfOpenProbes?: number
  readonly successesToClose?: number
  readonly probeTimeoutMs?: number
  /**
   * Statuses that count as a failure of the host; every other is then a success. @default 500 to 599 and 408, while 429
   * counts as neither
   */
  readonly failureStatuses?: readonly number[]
}

/** What share of the requests to a host may be retries. Numbers and defaults are those of `retryBudget`. */
export interface BudgetPolicy {
  readonly ratio?: number
  readonly minPerSecond?: number
  readonly windowMs?: number
}

/** When a call is sent again. Numbers and defaults are those of `retry`. */
export interface RetryPolicy {
  readonly maxRetries?: number
  readonly baseDelayMs?: number
  readonly maxDelayMs?: number
  readonly retryAfterCapMs?: number
  /** Methods that may be sent twice. @default the idempotent ones of RFC 9110 */
  readonly methods?: readonly string[]
  /** Statuses that are worth another attempt. @default [408, 429, 500, 502, 503, 504] */
  readonly statuses?: readonly number[]
  /** Retries are paid from a budget of the host; `false` lifts it. */
  readonly budget?: BudgetPolicy | false
}

/** A set of policies. One that is `false` is off. */
export interface HostPolicies {
  /** What calls to the host are for; one word of a small vocabulary, it becomes a metric attribute. */
  readonly role?: string
  /** @default false */
  readonly limiter?: LimiterPolicy | false
  /** @default on, with the defaults of `circuitBreaker` */
  readonly breaker?: BreakerPolicy | false
  /** @default on, with the defaults of `retry` */
  readonly retry?: RetryPolicy | false
  /** Longest time of one attempt, from sending to its response headers, in milliseconds. @default 30000 */
  readonly timeoutMs?: number | false
  /** Longest time of a call to its response headers, waits and retries included, in milliseconds. @default false */
  readonly deadlineMs?: number | false
}

/** The policies of one host, or the defaults of all. */
export interface HostOptions extends HostPolicies {
  /** Name of a set of `profiles`, which holds where the host itself says nothing. */
  readonly profile?: string
  /**
   * Whether the program can do nothing without it: `health()` is down when it is down. One that is not required can only
   * degrade it. @default false
   */
  readonly required?: boolean
}

/** The HTTP cache (RFC 9111), kept in memory. */
export interface CacheOptions {
  /** Responses kept at most. @default 1024 */
  readonly maxEntries?: number
  /** Bytes of bodies kept at most. @default 104857600 (100 MiB) */
  readonly maxBytes?: number
  /** A body of more bytes is not kept. @default 5242880 (5 MiB) */
  readonly maxEntryBytes?: number
  /** `private` also keeps what only this user may see. @default 'shared' */
  readonly type?: 'shared' | 'private'
  /** Only calls of these roles use the cache. @default all */
  readonly roles?: readonly string[]
}

/** What a configuration says of a logical provider, which may span hosts; how it is asked, the program says. */
export interface SourceOptions {
  /** What the calls are for. @default the role of the host */
  readonly role?: string
  /** A breaker of its own, shared by all fallbacks that ask it. @default false: the hosts have theirs */
  readonly breaker?: Omit<BreakerPolicy, 'failureStatuses'> | false
  /** Milliseconds for the call and for reading its body. @default none */
  readonly timeoutMs?: number
}

/** Which sources are asked, in which order. */
export interface FallbackOrder {
  /** Milliseconds for all tiers together. @default none */
  readonly deadlineMs?: number
  /** The best tier first; within one the sources are asked in their order. */
  readonly tiers: readonly { readonly name: string; readonly sources: readonly string[] }[]
}

/** What can change while a client works, see `Client.update`. */
export interface ChangeableOptions {
  /** Policies of every host, where `hosts` says nothing else. */
  readonly defaults?: HostOptions
  /**
   * Policies by host: `api.example.org`, `api.example.org:8443`, `*.example.org`, `127.0.0.1:*`. The most exact pattern
   * holds; what it leaves open comes from its profile, then from `defaults`.
   */
  readonly hosts?: Readonly<Record<string, HostOptions>>
  /** Sets of policies that hosts name, so that they need not be repeated. */
  readonly profiles?: Readonly<Record<string, HostPolicies>>
}

/** Options of `createClient` and `createFetch`. */
export interface FetchOptions extends ChangeableOptions {
  /** Logical providers that fallbacks ask, by name. */
  readonly sources?: Readonly<Record<string, SourceOptions>>
  /** Tiers of sources, by a name of the program's, see `Client.fallback`. */
  readonly fallbacks?: Readonly<Record<string, FallbackOrder>>
  /** @default false */
  readonly cache?: boolean | CacheOptions
  /** Whether a declared `Content-Digest` or `Repr-Digest` (RFC 9530) is verified. @default true */
  readonly integrity?: boolean
  readonly redact?: RedactOptions
  /** Hosts whose state (limiter, breaker, budget) is kept; the one used least recently goes first. @default 1000 */
  readonly maxHosts?: number
  /** The fetch below; it must obey `init.dispatcher`, as the platform's and undici's do. @default the platform's */
  readonly fetch?: typeof globalThis.fetch
  /**
   * Where requests go in the end: an undici 8 dispatcher, such as a `ProxyAgent`. @default the one that the program set with
   * `setGlobalDispatcher`, else an agent of this package
   */
  readonly dispatcher?: Dispatcher
  /** Key of the URL hashes. @default the key of the process */
  readonly urlHashKey?: Uint8Array
  /** @default the recorder of the process */
  readonly recorder?: Recorder
  readonly clock?: Clock
  readonly random?: () => number
}

/** Methods that RFC 9110, section 9.2.2, calls idempotent. */
const IDEMPOTENT_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']

export const FETCH_DEFAULTS = {
  timeoutMs: 30_000,
  maxHosts: 1_000,
  cacheEntries: 1_024,
  cacheBytes: 100 * 1_024 * 1_024,
  cacheEntryBytes: 5 * 1_024 * 1_024,
  retryStatuses: [408, 429, 500, 502, 503, 504],
  retryMethods: IDEMPOTENT_METHODS,
} as const
