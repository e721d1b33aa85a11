import { hostOf } from '../url.ts'
import type { Exchange } from './exchange.ts'
import { NOBODY, ObservedCall, type AskedHost, type ObserveDeps } from './observed-call.ts'

/**
 * A call that only channels tell of, by an HTTP client that is no fetch: one exchange, from the moment it was asked for to
 * its headers. Redirects and retries that a library makes above its client are calls of their own.
 *
 * @param url null where it cannot be read
 * @param host whom it asks, where the URL does not say so
 */
export function beginClientCall(
  deps: ObserveDeps,
  url: URL | null,
  method: string,
  host: AskedHost = url === null ? NOBODY : hostOf(url),
): Exchange {
  const asked = url ?? undefined
  const target = { method, signal: undefined, origin: undefined, asked }
  const call = new ObservedCall(deps, target, host, undefined)
  return call.run(() => call.beginAt(asked, host, method, true))
}
