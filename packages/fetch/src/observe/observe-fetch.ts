import { callOptionsOf } from '../call-options.ts'
import { isIntegrityMismatch } from '../call-record.ts'
import type { LazyUrl } from '../lazy-url.ts'
import { asFetch, isWrapped, type AnyFetch } from '../platform.ts'
import { measuredTarget } from '../target.ts'
import { withExchangesToldTo } from './exchange-channels.ts'
import { observeDeps, type ObserveOptions } from './observe-options.ts'
import { ObservedCall, type AskedHost, type ObserveDeps } from './observed-call.ts'
import { observedOrigins, type Origins } from './origins.ts'

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
  const origins = observedOrigins()
  return asFetch((input, init, extra) => {
    const target = measuredTarget(input, init)
    const host = target && hostOf(origins, target)
    if (target === undefined || host === undefined) return below(input, init)
    const call = new ObservedCall(deps, target, host, callOptionsOf(extra).role)
    return observed(deps, call, below, input, init)
  }, below)
}

/** Reading a URL must not fail where the platform does not: what cannot be read is nobody's. */
function hostOf(origins: Origins, target: LazyUrl): AskedHost | undefined {
  try {
    return origins.of(target)
  } catch {
    return undefined
  }
}

function observed(
  { recorder }: ObserveDeps,
  call: ObservedCall,
  below: AnyFetch,
  input: unknown,
  init: unknown,
): Promise<Response> {
  const onError = (error: unknown): never => {
    if (isIntegrityMismatch(error)) {
      recorder.record({ kind: 'corruption', subject: call.subject, reason: 'digest' })
    }
    call.end({ error })
    throw error
  }
  let answer: Promise<Response>
  try {
    answer = call.run(() => withExchangesToldTo(call, below, input, init))
  } catch (error) {
    return onError(error)
  }
  // Not `await`, and not a second branch: whoever leaves a rejection unhandled must hear of it as before.
  return answer.then((response) => {
    call.end({ status: response.status })
    return response
  }, onError)
}
