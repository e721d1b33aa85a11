import { isDeepStrictEqual } from 'node:util'
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
  type RollingRetryBudget,
  type Subject,
} from '@plimsoll/policies'
import type { RetryReason } from '@plimsoll/semconv'
import { FETCH_DEFAULTS, type BreakerPolicy, type RetryPolicy } from '../options.ts'
import type { ResolvedPolicies } from './pattern.ts'

/** One host (name and port), its policies and what they remember. Other numbers make another state of the same policies. */
export interface HostState {
  readonly subject: Subject
  readonly role: string | undefined
  /** The subject with the role, as calls and the limiter name it. */
  readonly asked: Subject
  readonly required: boolean
  readonly breaker: CircuitBreaker | undefined
  /** Statuses that count as failures, where the configuration says so. */
  readonly failureStatuses: ReadonlySet<number> | undefined
  readonly limiter: RateLimiter | undefined
  readonly retry: HostRetry | undefined
  /** Milliseconds for one attempt, and for a whole call; `Infinity` for no limit. */
  readonly timeoutMs: number
  readonly deadlineMs: number
  /** What it was made of. */
  readonly policies: ResolvedPolicies
  /** What goes on remembering while it is switched off. */
  readonly kept: Kept
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

interface Kept {
  limiter: RateLimiter | undefined
  retry: Retry | undefined
  budget: RollingRetryBudget | undefined
}

/**
 * The state of a host under these policies: a new one, or `before` where it is given. What it remembers goes on: the same
 * limiter, breaker and budget go by the new numbers, and nothing is touched whose numbers are the same.
 */
export function hostState(
  subject: Subject,
  policies: ResolvedPolicies,
  shared: Shared,
  before?: HostState,
): HostState {
  if (before !== undefined && isDeepStrictEqual(before.policies, policies)) return before
  const kept: Kept = before?.kept ?? { limiter: undefined, retry: undefined, budget: undefined }
  const { timeoutMs = FETCH_DEFAULTS.timeoutMs, deadlineMs = false } = policies
  // As long as its role stays, so does the very object: records of the last call are used again.
  const asked =
    before !== undefined && before.role === policies.role
      ? before.asked
      : Object.freeze({ ...subject, role: policies.role })
  const making: Making = { policies, kept, before, asked, common: { ...shared, subject } }
  return {
    subject,
    role: policies.role,
    asked,
    required: policies.required ?? false,
    breaker: breakerOf(making),
    failureStatuses: failureStatusesOf(policies.breaker),
    limiter: limiterOf(making),
    retry: retryOf(making),
    timeoutMs: timeoutMs === false ? Infinity : timeoutMs,
    deadlineMs: deadlineMs === false ? Infinity : deadlineMs,
    policies,
    kept,
  }
}

interface Making {
  readonly policies: ResolvedPolicies
  readonly before: HostState | undefined
  readonly kept: Kept
  readonly asked: Subject
  readonly common: Shared & { readonly subject: Subject }
}

/** One that is switched off has forgotten; switched on again it begins closed. */
function breakerOf({ policies, before, common }: Making): CircuitBreaker | undefined {
  const known = before?.breaker
  if (policies.breaker === false) {
    known?.dispose()
    return undefined
  }
  const { failureStatuses: _, ...numbers } = policies.breaker ?? {}
  if (known === undefined) return circuitBreaker({ ...numbers, ...common, scope: 'host' })
  if (!isDeepStrictEqual(before?.policies.breaker, policies.breaker)) known.update(numbers)
  return known
}

function failureStatusesOf(
  breaker: BreakerPolicy | false | undefined,
): ReadonlySet<number> | undefined {
  if (typeof breaker !== 'object' || breaker.failureStatuses === undefined) return undefined
  return new Set(breaker.failureStatuses)
}

/** One that is switched off and on again holds what it let through before. */
function limiterOf({ policies, before, kept, asked, common }: Making): RateLimiter | undefined {
  if (typeof policies.limiter !== 'object') {
    kept.limiter?.update(false)
    return undefined
  }
  const to = { ...policies.limiter, subject: asked }
  if (kept.limiter === undefined) kept.limiter = rateLimiter({ ...common, ...to })
  else if (
    before?.asked !== asked ||
    !isDeepStrictEqual(before.policies.limiter, policies.limiter)
  ) {
    kept.limiter.update(to)
  }
  return kept.limiter
}

function retryOf(making: Making): HostRetry | undefined {
  const { policies, before, kept, common } = making
  if (policies.retry === false) return undefined
  if (before?.retry !== undefined && isDeepStrictEqual(before.policies.retry, policies.retry)) {
    return before.retry
  }
  const {
    methods = FETCH_DEFAULTS.retryMethods,
    statuses = FETCH_DEFAULTS.retryStatuses,
    budget: spending = {},
    ...numbers
  } = policies.retry ?? {}
  const budget = spending === false ? undefined : budgetOf(spending, making)
  if (kept.retry === undefined) {
    kept.retry = retry({ ...numbers, ...common, decide: decisionOf, budget })
  } else kept.retry.update({ ...numbers, budget })
  return { policy: kept.retry, methods: new Set(methods), statuses: new Set(statuses) }
}

function budgetOf(
  numbers: Exclude<RetryPolicy['budget'], false | undefined>,
  { kept, common }: Making,
): RollingRetryBudget {
  if (kept.budget === undefined) kept.budget = retryBudget({ ...numbers, ...common })
  else kept.budget.update(numbers)
  return kept.budget
}

/** The call itself knows whether it may be sent again; here it only says so. */
function decisionOf(
  outcome: { readonly value: unknown } | { readonly error: unknown },
): RetryDecision | undefined {
  if ('error' in outcome) return undefined
  const { reason, retryAfterMs } = outcome.value as Tried
  return reason === undefined ? undefined : { reason, retryAfterMs }
}
