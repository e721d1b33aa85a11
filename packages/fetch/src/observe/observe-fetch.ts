import {
  guarded,
  processRecorder,
  systemClock,
  type Clock,
  type Recorder,
} from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import { callOptionsOf } from '../call-options.ts'
import { isIntegrityMismatch, subjectOf } from '../call-record.ts'
import { callState } from '../call-state.ts'
import { asFetch, isWrapped, type AnyFetch } from '../platform.ts'
import { measuredTarget, type Target } from '../target.ts'
import { hashUrl, type RedactOptions } from '../url.ts'
import { withExchangesToldTo } from './exchange-channels.ts'
import { ObservedCall, type ObserveDeps } from './observed-call.ts'

export interface ObserveOptions {
  /** @default the recorder of the process */
  readonly recorder?: Recorder
  readonly clock?: Clock
  readonly redact?: RedactOptions
  /** Key of the URL hashes. @default the key of the process */
  readonly urlHashKey?: Uint8Array
}

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
  const { urlHashKey } = options
  const deps: ObserveDeps = {
    clock: options.clock ?? systemClock,
    recorder: guarded(options.recorder ?? processRecorder),
    tracing: processTracing,
    redact: options.redact ?? {},
    hash: (url) => hashUrl(url, urlHashKey),
  }
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
  const { recorder, tracing } = deps
  const subject = subjectOf(target, role)
  recorder.record({ kind: 'call_start' })
  const { address, port } = subject
  const span = tracing.startCall({ method: target.method, address, port, role })
  const state = callState({
    role,
    signal: target.signal,
    deadlineMs: Infinity,
    deadlineAtMs: Infinity,
    sourceBreaker: undefined,
    noStore: target.noStore,
  })
  const call = new ObservedCall(deps, target, subject, state)
  const onError = (error: unknown): never => {
    if (isIntegrityMismatch(error)) {
      recorder.record({ kind: 'corruption', subject, reason: 'digest' })
    }
    span.end(call.end({ error }))
    throw error
  }
  let answer: Promise<Response>
  try {
    answer = span.run(() => withExchangesToldTo(call, fetch))
  } catch (error) {
    return onError(error)
  }
  // Not `await`, and not a second branch: whoever leaves a rejection unhandled must hear of it as before.
  return answer.then((response) => {
    span.end(call.end({ response }))
    return response
  }, onError)
}
