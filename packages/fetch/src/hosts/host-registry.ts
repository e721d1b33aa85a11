import {
  circuitBreaker,
  rateLimiter,
  retry,
  retryBudget,
  type CircuitBreaker,
  type Clock,
  type RateLimiter,
  type Recorder,
  type Retry,
  type RetryDecision,
  type Subject,
} from '@plimsoll/policies'
import type { RetryReason } from '@plimsoll/semconv'
import {
  FETCH_DEFAULTS,
  type BreakerPolicy,
  type FetchOptions,
  type HostPolicies,
  type RetryPolicy,
} from '../options.ts'
import { hostOf } from '../url.ts'
import { lru } from './lru.ts'
import { policyFinder } from './pattern.ts'

/** One host (name and port), its policies and what they remember. */
export interface HostState {
  readonly subject: Subject
  readonly role: string | undefined
  /** The subject with the role, as calls and the limiter name it. */
  readonly asked: Subject
  readonly breaker: CircuitBreaker | undefined
  /** Statuses that count as failures, where the configuration says so. */
  readonly failureStatuses: ReadonlySet<number> | undefined
  readonly limiter: RateLimiter | undefined
  readonly retry: HostRetry | undefined
  /** Milliseconds for one attempt, and for a whole call; `Infinity` for no limit. */
  readonly timeoutMs: number
  readonly deadlineMs: number
}

/** What became of one attempt of a call, and why it should be sent again, if it should. */
export type Tried<Answer = unknown> = {
  readonly reason?: RetryReason
  readonly retryAfterMs?: number | undefined
} & (
  | { readonly tag: 'answer'; readonly answer: Answer }
  | { readonly tag: 'error'; readonly error: unknown }
)

interface HostRetry {
  readonly policy: Retry
  readonly methods: ReadonlySet<string>
  readonly statuses: ReadonlySet<number>
}

/** What the policies of all hosts share. */
export interface Shared {
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: () => number
}

/** The states of the hosts that were asked, by origin (scheme, name and port), made on first sight and bounded in number. */
export function hostRegistry(options: FetchOptions, shared: Shared): (origin: string) => HostState {
  const find = policyFinder(options.defaults ?? {}, options.hosts ?? {})
  const states = lru<HostState>(options.maxHosts ?? FETCH_DEFAULTS.maxHosts, (state) => {
    // Who waits for its limiter goes on waiting; only the count of breakers has to hear of it.
    state.breaker?.dispose()
  })
  return (origin) =>
    states.ensure(origin, () => {
      const { address, port } = hostOf(new URL(origin))
      return hostState(Object.freeze({ address, port }), find(address, port), shared)
    })
}

function hostState(subject: Subject, policies: HostPolicies, shared: Shared): HostState {
  const { limiter, breaker, timeoutMs = FETCH_DEFAULTS.timeoutMs, deadlineMs = false } = policies
  const common = { ...shared, subject }
  const limits = typeof limiter === 'object' ? limiter : undefined
  const asked = Object.freeze({ ...subject, role: policies.role })
  return {
    subject,
    role: policies.role,
    asked,
    breaker: breaker === false ? undefined : hostBreaker(breaker ?? {}, common),
    failureStatuses: failureStatusesOf(breaker),
    limiter:
      limits === undefined ? undefined : rateLimiter({ ...limits, ...common, subject: asked }),
    retry: policies.retry === false ? undefined : hostRetry(policies.retry ?? {}, common),
    timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
    deadlineMs: deadlineMs === false ? Infinity : deadlineMs,
  }
}

type Common = Shared & { readonly subject: Subject }

function hostBreaker(policy: BreakerPolicy, common: Common): CircuitBreaker {
  const { failureStatuses: _, ...numbers } = policy
  return circuitBreaker({ ...numbers, ...common, scope: 'host' })
}

function failureStatusesOf(
  breaker: BreakerPolicy | false | undefined,
): ReadonlySet<number> | undefined {
  if (typeof breaker !== 'object' || breaker.failureStatuses === undefined) return undefined
  return new Set(breaker.failureStatuses)
}

function hostRetry(policy: RetryPolicy, common: Common): HostRetry {
  const {
    methods = FETCH_DEFAULTS.retryMethods,
    statuses = FETCH_DEFAULTS.retryStatuses,
    budget = {},
    ...numbers
  } = policy
  return {
    policy: retry({
      ...numbers,
      ...common,
      decide: decisionOf,
      budget: budget === false ? undefined : retryBudget({ ...budget, ...common }),
    }),
    methods: new Set(methods),
    statuses: new Set(statuses),
  }
}

/** The call itself knows whether it may be sent again; here it only says so. */
function decisionOf(
  outcome: { readonly value: unknown } | { readonly error: unknown },
): RetryDecision | undefined {
  if ('error' in outcome) return undefined
  const { reason, retryAfterMs } = outcome.value as Tried
  return reason === undefined ? undefined : { reason, retryAfterMs }
}
