import type { CircuitBreaker, Permit, Rejection, Verdict } from '@plimsoll/policies'
import type { BreakerRecorded, BreakerState } from '@plimsoll/semconv'
import { stricter } from '../call-state.ts'

/** The permits of one exchange: none, one of the host, or one each of the source and the host. */
export class Permits {
  readonly #granted: Permit[] = []
  /** The strictest state in which one was granted; undefined without a breaker. */
  state: BreakerState | undefined = undefined

  /** Asks a breaker; hands back its refusal, if that is what it says. */
  ask(breaker: CircuitBreaker): Rejection | undefined {
    const answer = breaker.admit()
    if (!answer.admitted) return answer
    this.#granted.push(answer)
    this.state = stricter(this.state, answer.state)
    return undefined
  }

  /** Tells all; hands back what the last one made of it, which is the host's. */
  record(
    outcome: Verdict,
    detail?: { readonly retryAfterMs: number },
  ): BreakerRecorded | undefined {
    let recorded: BreakerRecorded | undefined
    for (const permit of this.#granted) recorded = permit.record(outcome, detail)
    return recorded
  }
}
