import type { RetryReason, RetryResult } from '@plimsoll/semconv'
import type { Subject } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Progress } from './state.ts'

/** What a retry says of its decisions. */
export class RetryReports {
  readonly #recorder: Recorder
  readonly #subject: Subject

  constructor(recorder: Recorder, subject: Subject) {
    this.#recorder = recorder
    this.#subject = subject
  }

  decision(reason: RetryReason, result: RetryResult, delayMs: number): void {
    const subject = this.#subject
    this.#recorder.record({ kind: 'retry', subject, reason, result, delayS: delayMs / 1000 })
  }

  /** What became of a `Retry-After`, to the recorder and to the tally of the run. */
  asked(askedMs: number, result: RetryResult, progress: Progress): void {
    const refused = result === 'retry_after_over_cap' ? 'over_cap' : 'ignored'
    const action = result === 'scheduled' ? 'honoured' : refused
    progress.lastRetryAfterMs = askedMs
    progress.lastAction = action
    const durationS = askedMs / 1000
    this.#recorder.record({ kind: 'retry_after', subject: this.#subject, durationS, action })
  }
}
