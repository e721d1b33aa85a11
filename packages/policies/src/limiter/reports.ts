import type { RateResult } from '@plimsoll/semconv'
import type { RateRecord, Subject } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Terms } from './request.ts'

/** What a limiter says of its decisions. The record of a request that goes at once is made once: most are. */
export class RateReports {
  readonly #recorder: Recorder
  readonly #subject: Subject
  readonly #maxDelayMs: number
  readonly #atOnce: RateRecord

  constructor(recorder: Recorder, subject: Subject, maxDelayMs: number) {
    this.#recorder = recorder
    this.#subject = subject
    this.#maxDelayMs = maxDelayMs
    this.#atOnce = Object.freeze(rateRecord('acquired', subject, maxDelayMs, 0, 0))
  }

  decision(result: RateResult, terms: Terms, delayMs: number, waitedMs: number): void {
    const { subject, maxDelayMs } = terms
    const usual = subject === this.#subject && maxDelayMs === this.#maxDelayMs
    const record =
      usual && result === 'acquired' && delayMs === 0 && waitedMs === 0
        ? this.#atOnce
        : rateRecord(result, subject, maxDelayMs, delayMs, waitedMs)
    this.#recorder.record(record)
  }

  queue(terms: Terms, change: 1 | -1): void {
    this.#recorder.record({ kind: 'rate_queue', subject: terms.subject, change })
  }
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
