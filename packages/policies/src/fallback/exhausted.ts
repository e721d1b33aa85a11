import { PlimsollError } from '../error.ts'
import type { FallbackAttemptRecord } from '../record.ts'

const MOST_NAMED = 10

/** No source of any tier served. `cause` is the error of the last one that was asked. */
export class FallbackExhaustedError extends PlimsollError {
  override readonly name = 'FallbackExhaustedError'
  /** What became of each source, in order. */
  readonly attempts: readonly FallbackAttemptRecord[]

  constructor(attempts: readonly FallbackAttemptRecord[], errorType: string, cause: unknown) {
    super('ERR_PLIMSOLL_FALLBACK_EXHAUSTED', `no source served: ${listed(attempts)}`, {
      errorType,
      cause,
    })
    this.attempts = attempts
  }
}

function listed(attempts: readonly FallbackAttemptRecord[]): string {
  const shown = attempts.slice(0, MOST_NAMED).map(({ tier, source, outcome, reason, status }) => {
    const why = status === undefined ? reason : `${reason} ${status}`
    return `${tier}/${source} ${outcome} (${why})`
  })
  const rest = attempts.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}
