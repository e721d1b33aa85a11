import { callUntilAborted } from '../abort.ts'
import { PlimsollError } from '../error.ts'
import type { Call, CallContext, Outcome } from '../policy.ts'
import { retryAfterOf } from '../status.ts'
import { calledOff } from './classify.ts'
import type { Verdict } from './options.ts'
import type { Permit, Rejection } from './state.ts'

/** A breaker, as the calls see it that run through it. */
export interface Admission {
  admit(): Permit | Rejection
}

/** What a run needs beside the breaker. */
export interface Guarded {
  /** Name of what is called, for people. */
  readonly what: string
  readonly classify: (outcome: Outcome) => Verdict
}

/** Makes a call where the breaker admits it, and tells it how that went. */
export function runAdmitted<T>(
  breaker: Admission,
  guarded: Guarded,
  call: Call<T>,
  context: CallContext,
): Promise<T> {
  const { signal } = context
  let permit: Permit
  try {
    signal?.throwIfAborted()
    permit = admitted(breaker, guarded)
  } catch (error) {
    return Promise.reject(error)
  }
  return callUntilAborted(call, context, signal).then(
    (value) => {
      judge(guarded, permit, { value }, undefined)
      return value
    },
    (error: unknown) => {
      if (calledOff(signal)) permit.record('ignored')
      else judge(guarded, permit, { error }, retryAfterOf(error))
      throw error
    },
  )
}

function admitted(breaker: Admission, { what }: Guarded): Permit {
  const answer = breaker.admit()
  if (answer.admitted) return answer
  const { retryAfterMs } = answer
  const when =
    retryAfterMs === Infinity ? 'until it is closed' : `for ${Math.ceil(retryAfterMs)} ms`
  const message = `the circuit breaker of ${what} is open ${when}: nothing was called`
  throw new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', message, { retryAfterMs })
}

function judge(
  { classify }: Guarded,
  permit: Permit,
  outcome: Outcome,
  retryAfterMs: number | undefined,
): void {
  let verdict: Verdict = 'ignored'
  try {
    verdict = classify(outcome)
  } finally {
    // A classifier that throws is the program's to see, but it must not keep the place of a probe.
    permit.record(verdict, { retryAfterMs })
  }
}
