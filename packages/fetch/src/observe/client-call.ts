import type { Subject } from '@plimsoll/policies'
import { hostOf } from '../url.ts'
import type { Exchange } from './exchange.ts'
import { ObservedCall, type ObserveDeps } from './observed-call.ts'

const NOBODY: Subject = Object.freeze({})

/**
 * A call that only channels tell of, by an HTTP client that is no fetch: one exchange, from the moment it was asked for to
 * its headers. Redirects and retries that a library makes above its client are calls of their own.
 *
 * @param url null where it cannot be read
 * @param subject whom it asks, where the URL does not say so
 */
export function beginClientCall(
  deps: ObserveDeps,
  url: URL | null,
  method: string,
  subject: Subject = url === null ? NOBODY : hostOf(url),
): Exchange {
  const asked = url ?? undefined
  const target = { method, signal: undefined, origin: undefined, asked }
  const call = new ObservedCall(deps, target, subject, undefined)
  return call.run(() => call.beginAt(asked, subject, method, true))
}
