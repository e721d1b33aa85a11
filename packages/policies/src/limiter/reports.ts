import type { RateResult } from '@plimsoll/semconv'
import type { RateRecord, Subject } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Terms } from './request.ts'

/** What a limiter says of its decisions. The record of a request that goes at once is used again: most are like the last. */
export class RateReports {
  readonly #recorder: Recorder
  #atOnce: RateRecord
  /** The longest wait, in milliseconds, that stands in `#atOnce`. */
  #maxDelayMs: number

  constructor(recorder: Recorder, subject: Subject, maxDelayMs: number) {
    this.#recorder = recorder
    this.#maxDelayMs = maxDelayMs
    this.#atOnce = Object.freeze(atOnce(subject, maxDelayMs))
  }

  decision(result: RateResult, terms: Terms, delayMs: number, waitedMs: number): void {
    const { subject, maxDelayMs } = terms
    const goesAtOnce = result === 'acquired' && delayMs === 0 && waitedMs === 0
    const record = goesAtOnce
      ? this.#sameAsLast(subject, maxDelayMs)
      : rateRecord(result, subject, maxDelayMs, delayMs, waitedMs)
    this.#recorder.record(record)
  }

  #sameAsLast(subject: Subject, maxDelayMs: number): RateRecord {
    if (subject !== this.#atOnce.subject || maxDelayMs !== this.#maxDelayMs) {
      this.#maxDelayMs = maxDelayMs
      this.#atOnce = Object.freeze(atOnce(subject, maxDelayMs))
    }
    return this.#atOnce
  }

  queue(terms: Terms, change: 1 | -1): void {
    this.#recorder.record({ kind: 'rate_queue', subject: terms.subject, change })
  }
}

function atOnce(subject: Subject, maxDelayMs: number): RateRecord {
  return rateRecord('acquired', subject, maxDelayMs, 0, 0)
}

function rateRecord(
  result: RateResult,
  subject: Subject,
  maxDelayMs: number,
  delayMs: number,
  waitedMs: number,
): RateRecord {
  return {
    kind: 'rate',
    subject,
    result,
    delayS: delayMs / 1000,
    maxDelayS: maxDelayMs === Infinity ? undefined : maxDelayMs / 1000,
    waitedS: waitedMs / 1000,
  }
}
