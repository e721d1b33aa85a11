import {
  checkBreakerOptions,
  checkLimiterOptions,
  checkRetryBudgetOptions,
  checkRetryOptions,
  fields,
  listOf,
  numberIn,
  OptionError,
  oneOf,
  positiveDuration,
  text,
  type Check,
  type OptionPath,
} from '@plimsoll/policies'

const status = numberIn({ atLeast: 100, atMost: 599, integer: true })
const method: Check = (value, path) => {
  if (typeof value !== 'string' || !/^[A-Z][A-Z-]*$/u.test(value)) {
    throw new OptionError(path, value, 'expected an HTTP method in capitals')
  }
}
const any: Check = () => {}

/** Options of a policy that a configuration may give; the rest (clock, recorder, subject) is ours to give. */
function policy(check: (value: unknown, path: OptionPath) => void, own: readonly string[]): Check {
  const known = fields(Object.fromEntries(own.map((name) => [name, any])))
  return (value, path) => {
    if (value === false) return
    known(value, path)
    check(value, path)
  }
}

/** Some fields are fetch's own, and not of the policy below. */
function without(value: unknown, ...names: readonly string[]): unknown {
  const copy = { ...(value as { [name: string]: unknown }) }
  for (const name of names) delete copy[name]
  return copy
}

const BREAKER = [
  'failureRate',
  'minimumCalls',
  'windowMs',
  'consecutiveFailures',
  'openMs',
  'maxOpenMs',
  'backoffFactor',
  'jitter',
  'halfOpenProbes',
  'successesToClose',
  'probeTimeoutMs',
  'failureStatuses',
] as const
const RETRY = [
  'maxRetries',
  'baseDelayMs',
  'maxDelayMs',
  'retryAfterCapMs',
  'methods',
  'statuses',
  'budget',
] as const

/** A breaker of a host. */
export const breaker = policy((value, path) => {
  const { failureStatuses } = value as { readonly failureStatuses?: unknown }
  if (failureStatuses !== undefined) listOf(status)(failureStatuses, [...path, 'failureStatuses'])
  checkBreakerOptions(without(value, 'failureStatuses'), path)
}, BREAKER)

/** A breaker of a source, which judges no statuses. */
export const sourceBreaker = policy(
  (value, path) => checkBreakerOptions(value, path),
  BREAKER.filter((name) => name !== 'failureStatuses'),
)

const budget = policy(checkRetryBudgetOptions, ['ratio', 'minPerSecond', 'windowMs'])

const retry = policy((value, path) => {
  const own = value as { readonly [name: string]: unknown }
  if (own['methods'] !== undefined) listOf(method)(own['methods'], [...path, 'methods'])
  if (own['statuses'] !== undefined) listOf(status)(own['statuses'], [...path, 'statuses'])
  if (own['budget'] !== undefined) budget(own['budget'], [...path, 'budget'])
  checkRetryOptions(without(value, 'methods', 'statuses', 'budget'), path)
}, RETRY)

const limiter = policy(
  (value, path) => checkLimiterOptions(value, path),
  ['ratePerSecond', 'burst', 'maxDelayMs'],
)

const limit =
  (check: Check): Check =>
  (value, path) => {
    if (value !== false) check(value, path)
  }

const POLICIES = {
  role: text,
  limiter,
  breaker,
  retry,
  timeoutMs: limit(positiveDuration),
  deadlineMs: limit(positiveDuration),
}
/** Policies that a profile may name. */
export const policies = fields(POLICIES)
/** What may be said of a host. */
export const hostOptions = fields({ ...POLICIES, profile: text, required: oneOf(true, false) })
