import { PlimsollError } from '../error.ts'
import { contextOf, surroundingsOf, type Call, type CallContext, type Policy } from '../policy.ts'
import { TimeLine } from '../time-line.ts'
import { bounded } from './bounded.ts'
import { checkTimeoutOptions, type TimeoutOptions } from './options.ts'

/**
 * Gives each run `timeoutMs` milliseconds, then cancels it through `context.signal` and rejects with
 * `ERR_PLIMSOLL_TIMEOUT`, even when the call ignores its signal. Inside a retry it bounds one attempt.
 * @throws {OptionError} for a bad option
 */
export function timeout(options: TimeoutOptions): Policy {
  checkTimeoutOptions(options)
  const { clock } = surroundingsOf(options)
  const limitMs = options.timeoutMs
  const line = new TimeLine(clock)
  const expired = (): PlimsollError =>
    new PlimsollError('ERR_PLIMSOLL_TIMEOUT', `the call took longer than ${limitMs} ms`)
  const bound = { clock, line, limitMs, expired }
  return {
    run: <T>(call: Call<T>, context?: Partial<CallContext>): Promise<T> =>
      bounded(bound, call, contextOf(context)),
  }
}
