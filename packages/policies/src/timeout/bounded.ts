import { untilAborted } from '../abort.ts'
import { startTimer, type Clock } from '../clock.ts'
import type { PlimsollError } from '../error.ts'
import type { Call, CallContext } from '../policy.ts'

export interface Bound {
  readonly clock: Clock
  /** Milliseconds that the call has. */
  readonly limitMs: number
  /** The error of a call that needed longer; a new one each time, for its stack and its cause. */
  expired(): PlimsollError
}

/**
 * Runs `call` for at most so long: then cancels it through its signal and rejects, whether it heeds the signal or not.
 * The signal that the call gets goes on obeying the caller's after the call is done, for a response's body that still streams.
 */
export async function bounded<T>(bound: Bound, call: Call<T>, context: CallContext): Promise<T> {
  context.signal?.throwIfAborted()
  if (bound.limitMs <= 0) throw bound.expired()
  const expiry = new AbortController()
  const signal =
    context.signal === undefined ? expiry.signal : AbortSignal.any([context.signal, expiry.signal])
  const stop = startTimer(bound.clock, bound.limitMs, () => expiry.abort(bound.expired()))
  try {
    const { deadlineMs, attempt } = context
    return await untilAborted(call({ signal, deadlineMs, attempt }), signal)
  } finally {
    stop()
  }
}
