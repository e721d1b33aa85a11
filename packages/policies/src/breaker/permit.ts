import type { BreakerRecorded } from '@plimsoll/semconv'
import type { Verdict } from './options.ts'
import type { OutcomeDetail, Permit, Probe } from './state.ts'

/** The breaker, as its permits see it. */
export interface Taker {
  /** Takes the outcome of a permit. */
  take(permit: BreakerPermit, outcome: Verdict, detail: OutcomeDetail | undefined): BreakerRecorded
}

/** Generation of no state. */
export const FENCED = -1

/** Leave to call once. Its first outcome counts. */
export class BreakerPermit implements Permit, Probe {
  readonly admitted = true
  readonly state: 'closed' | 'half_open'
  readonly generation: number
  expiresMs = Infinity
  readonly #breaker: Taker
  #recorded: BreakerRecorded | undefined

  constructor(breaker: Taker, state: 'closed' | 'half_open', generation: number) {
    this.#breaker = breaker
    this.state = state
    this.generation = generation
  }

  record(outcome: Verdict, detail?: OutcomeDetail): BreakerRecorded {
    this.#recorded ??= this.#breaker.take(this, outcome, detail)
    return this.#recorded
  }
}
