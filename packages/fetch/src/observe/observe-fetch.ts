import { callOptionsOf } from '../call-options.ts'
import { isIntegrityMismatch, subjectOf } from '../call-record.ts'
import { asFetch, isWrapped, type AnyFetch } from '../platform.ts'
import { measuredTarget, type Target } from '../target.ts'
import { withExchangesToldTo } from './exchange-channels.ts'
import { observeDeps, type ObserveOptions } from './observe-options.ts'
import type { ObserveDeps } from './observed-call.ts'
import { openCall } from './open-call.ts'

/**
 * `fetch`, measured and otherwise the same: no header more, no dispatcher, the body untouched, the same values and the
 * same errors, an unhandled rejection still unhandled. A fetch that is ours already is handed back as it is.
 */
export function observeFetch(
  fetch: typeof globalThis.fetch,
  options: ObserveOptions = {},
): typeof globalThis.fetch {
  if (isWrapped(fetch)) return fetch
  const below = fetch as AnyFetch
  const deps = observeDeps(options)
  return asFetch((input, init, extra) => {
    const target = measuredTarget(input, init)
    if (target === undefined) return below(input, init)
    return observed(deps, target, callOptionsOf(extra).role, () => below(input, init))
  }, below)
}

function observed(
  deps: ObserveDeps,
  target: Target,
  role: string | undefined,
  fetch: () => Promise<Response>,
): Promise<Response> {
  const subject = subjectOf(target, role)
  const open = openCall(deps, target, subject)
  const onError = (error: unknown): never => {
    if (isIntegrityMismatch(error)) {
      deps.recorder.record({ kind: 'corruption', subject, reason: 'digest' })
    }
    open.end({ error })
    throw error
  }
  let answer: Promise<Response>
  try {
    answer = open.run(() => withExchangesToldTo(open.call, fetch))
  } catch (error) {
    return onError(error)
  }
  // Not `await`, and not a second branch: whoever leaves a rejection unhandled must hear of it as before.
  return answer.then((response) => {
    open.end({ response })
    return response
  }, onError)
}
