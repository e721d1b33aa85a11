export { withBreaker, withRole } from './call-options.ts'
export { createClient, createFetch, createRequest, type Client } from './create-client.ts'
export type { CallsBySource, SourceCalls } from './fallback/configured.ts'
export {
  createFallback,
  type FetchFallback,
  type FetchFallbackOptions,
  type FetchTier,
} from './fallback/create-fallback.ts'
export type { FetchSource, SourceRequest } from './fallback/source.ts'
export { StatusError } from './fallback/status-error.ts'
export { observeClients, type ObserveClientsOptions } from './observe/observe-clients.ts'
export type { Health, HealthStatus, HostHealth } from './health/health.ts'
export { healthHandler, type HealthHandler } from './health/health-handler.ts'
export { observeFetch } from './observe/observe-fetch.ts'
export type { ObserveOptions } from './observe/observe-options.ts'
export { FETCH_DEFAULTS } from './options.ts'
export type {
  BreakerPolicy,
  ChangeableOptions,
  BudgetPolicy,
  CacheOptions,
  FallbackOrder,
  FetchOptions,
  HostOptions,
  HostPolicies,
  LimiterPolicy,
  RetryPolicy,
  SourceOptions,
} from './options.ts'
export { parseRetryAfter } from './retry-after.ts'
export { hashUrl, installUrlHashKey, redactUrl, type RedactOptions } from './url.ts'
export { validateFetchOptions } from './validate-options.ts'
