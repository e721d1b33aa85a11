import type {
  BreakerRecorded,
  BreakerScope,
  BreakerState,
  TransitionReason,
} from '@plimsoll/semconv'
import type { BreakerExecutionRecord, BreakerTransitionRecord, Subject } from '../record.ts'
import type { Recorder } from '../recorder.ts'

type Prepared = Partial<Record<BreakerRecorded, BreakerExecutionRecord>>

/** What a breaker says of itself. Execution records are made once for each pair, since every call reports one. */
export class BreakerReports {
  readonly #recorder: Recorder
  readonly #subject: Subject
  readonly #scope: BreakerScope
  readonly #prepared: Readonly<Record<BreakerState, Prepared>> = {
    closed: {},
    open: {},
    half_open: {},
  }

  constructor(recorder: Recorder, subject: Subject, scope: BreakerScope) {
    this.#recorder = recorder
    this.#subject = subject
    this.#scope = scope
  }

  execution(state: BreakerState, recorded: BreakerRecorded): void {
    const prepared = this.#prepared[state]
    prepared[recorded] ??= Object.freeze({
      kind: 'breaker_execution',
      subject: this.#subject,
      scope: this.#scope,
      state,
      recorded,
    })
    this.#recorder.record(prepared[recorded])
  }

  life(state: BreakerState, change: 1 | -1): void {
    const { subject, scope } = this.#place()
    this.#recorder.record({ kind: 'breaker_life', subject, scope, state, change })
  }

  transition(change: {
    readonly oldState: BreakerState
    readonly newState: BreakerState
    readonly reason: TransitionReason
    readonly resetTimeoutS: number | undefined
    readonly failureCount: number
    readonly generation: number
    readonly openS: number | undefined
  }): void {
    const record: BreakerTransitionRecord = {
      kind: 'breaker_transition',
      ...this.#place(),
      ...change,
    }
    this.#recorder.record(record)
  }

  #place(): { readonly subject: Subject; readonly scope: BreakerScope } {
    return { subject: this.#subject, scope: this.#scope }
  }
}
