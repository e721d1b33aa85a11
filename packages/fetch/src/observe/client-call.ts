import type { Subject } from '@plimsoll/policies'
import { hostOf } from '../url.ts'
import type { Followed } from './exchange-channels.ts'
import type { ObserveDeps } from './observed-call.ts'
import { openCall } from './open-call.ts'

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
  subject: Subject = url === null ? {} : hostOf(url),
): Followed {
  const target = {
    url: url ?? undefined,
    method,
    signal: undefined,
    replayable: false,
    noStore: false,
  }
  const open = openCall(deps, target, subject)
  const exchange = open.run(() => open.call.beginAt(url, subject, method))
  return {
    answered: (status) => {
      open.call.answered(exchange, status)
      open.end({ response: { status } })
    },
    failed: (error) => {
      open.call.failed(exchange, error)
      open.end({ error })
    },
    cut: () => open.call.cut(exchange),
  }
}
