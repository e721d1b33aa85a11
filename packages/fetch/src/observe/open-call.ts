import type { Subject } from '@plimsoll/policies'
import { callState } from '../call-state.ts'
import type { Ending } from '../call-record.ts'
import type { Target } from '../target.ts'
import { ObservedCall, type ObserveDeps } from './observed-call.ts'

/** A call that is watched, with its span. */
export interface OpenCall {
  readonly call: ObservedCall
  /** Runs `fn` with the span as the active one. */
  run<T>(fn: () => T): T
  end(ending: Ending): void
}

/** A call begins. */
export function openCall(deps: ObserveDeps, target: Target, subject: Subject): OpenCall {
  const { address, port, role } = subject
  deps.recorder.record({ kind: 'call_start' })
  const span = deps.tracing.startCall({ method: target.method, address, port, role })
  const state = callState({
    role,
    signal: target.signal,
    deadlineMs: Infinity,
    deadlineAtMs: Infinity,
    sourceBreaker: undefined,
    noStore: target.noStore,
  })
  const call = new ObservedCall(deps, target, subject, state)
  return {
    call,
    run: (fn) => span.run(fn),
    end: (ending) => span.end(call.end(ending)),
  }
}
