import { PlimsollError } from '../error.ts'
import { contextOf, surroundingsOf, type Call, type CallContext, type Policy } from '../policy.ts'
import { TimeLine } from '../time-line.ts'
import { bounded } from './bounded.ts'
import { checkDeadlineOptions, type DeadlineOptions } from './options.ts'

/**
 * Sets a deadline `afterMs` milliseconds ahead, or keeps the caller's where that is earlier. Policies inside see it in
 * `context.deadlineMs` and begin no wait that cannot end in time; at the deadline the call is cancelled and rejected with
 * `ERR_PLIMSOLL_DEADLINE`. A deadline that has passed already is told without a call.
 * @throws {OptionError} for a bad option
 */
export function deadline(options: DeadlineOptions): Policy {
  checkDeadlineOptions(options)
  const { clock } = surroundingsOf(options)
  const { afterMs } = options
  const line = new TimeLine(clock)
  const expired = (): PlimsollError =>
    new PlimsollError('ERR_PLIMSOLL_DEADLINE', 'the deadline of the call has passed')
  return {
    run: <T>(call: Call<T>, context?: Partial<CallContext>): Promise<T> => {
      const outer = contextOf(context)
      const nowMs = clock.now()
      const deadlineMs = Math.min(outer.deadlineMs, nowMs + afterMs)
      return bounded({ clock, line, limitMs: deadlineMs - nowMs, expired }, call, {
        ...outer,
        deadlineMs,
      })
    },
  }
}
