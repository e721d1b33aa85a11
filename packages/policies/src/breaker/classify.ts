import { isPlimsollError } from '../error.ts'
import { statusOf } from '../status.ts'
import type { Outcome } from '../policy.ts'
import type { Verdict } from './options.ts'

/**
 * The default judgement of an outcome, by what it says about the health of the one that was called:
 * a value is a success; a refusal by another policy of ours (circuit open, rate limited) never reached it and is ignored;
 * an error with an HTTP status of 4xx is an answer of a healthy server, so a success, but 408 is a failure and 429 is
 * ignored; any other error is a failure.
 */
export function classifyOutcome(outcome: Outcome): Verdict {
  if (!('error' in outcome)) return 'success'
  const { error } = outcome
  if (isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN')) return 'ignored'
  if (isPlimsollError(error, 'ERR_PLIMSOLL_RATE_LIMITED')) return 'ignored'
  const status = statusOf(error)
  if (status === undefined || status < 400 || status >= 500 || status === 408) return 'failure'
  return status === 429 ? 'ignored' : 'success'
}

/**
 * Whether `signal` was aborted by a will, not by a clock. What is called off says nothing about the one that was called;
 * what ran out of time does.
 */
export function calledOff(signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false
  const reason: unknown = signal.reason
  if (isPlimsollError(reason, 'ERR_PLIMSOLL_TIMEOUT')) return false
  if (isPlimsollError(reason, 'ERR_PLIMSOLL_DEADLINE')) return false
  return !(reason instanceof Error && reason.name === 'TimeoutError')
}
