import { isPlimsollError, PlimsollError, type Subject } from '@plimsoll/policies'

export function circuitOpen(subject: Subject, retryAfterMs: number): PlimsollError {
  return new PlimsollError(
    'ERR_PLIMSOLL_CIRCUIT_OPEN',
    `the circuit breaker of ${subject.address ?? 'the host'} is open for ${Math.ceil(retryAfterMs)} ms: nothing was sent`,
    { retryAfterMs },
  )
}

export function timedOut(timeoutMs: number): PlimsollError {
  return new PlimsollError(
    'ERR_PLIMSOLL_TIMEOUT',
    `no response headers within timeoutMs (${timeoutMs} ms); the attempt was cancelled`,
  )
}

export function tooLate(deadlineMs: number): PlimsollError {
  return new PlimsollError(
    'ERR_PLIMSOLL_DEADLINE',
    `no response headers within deadlineMs (${deadlineMs} ms) of the call; it was cancelled`,
  )
}

/** What an exchange ends in whose caller gave up; that caller gets its own reason, which may be no error. */
export class GaveUp extends Error {
  readonly reason: unknown

  constructor(reason: unknown) {
    super('the caller gave up')
    this.reason = reason
  }
}

/** Whether an error is a refusal or a time limit of ours, which the program gets as it is. */
export function isOurs(error: unknown): error is PlimsollError {
  return (
    isPlimsollError(error, 'ERR_PLIMSOLL_CIRCUIT_OPEN') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_RATE_LIMITED') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_TIMEOUT') ||
    isPlimsollError(error, 'ERR_PLIMSOLL_DEADLINE')
  )
}
