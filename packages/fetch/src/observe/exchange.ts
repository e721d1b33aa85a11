import type { AttemptRecord, Subject } from '@plimsoll/policies'
import type { OpenSpan } from '@plimsoll/telemetry'
import type { ObservedCall } from './observed-call.ts'

/** One exchange of an observed call, from the moment the platform hands it to its HTTP client, as channels tell of it. */
export class Exchange {
  readonly subject: Subject
  readonly method: string
  readonly startMs: number
  /** Undefined where nobody would hear of it. */
  readonly span: OpenSpan<AttemptRecord> | undefined
  /** Those of the answer; undefined while there is none. */
  headers: unknown = undefined
  readonly #call: ObservedCall
  readonly #alone: boolean

  constructor(
    call: ObservedCall,
    subject: Subject,
    method: string,
    startMs: number,
    span: OpenSpan<AttemptRecord> | undefined,
    alone: boolean,
  ) {
    this.#call = call
    this.subject = subject
    this.method = method
    this.startMs = startMs
    this.span = span
    this.#alone = alone
  }

  answered(status: number): void {
    this.#call.answered(this, status)
    if (this.#alone) this.#call.end({ status })
  }

  /** It ended without headers. */
  failed(error: unknown): void {
    this.#call.failed(this, error)
    if (this.#alone) this.#call.end({ error })
  }

  /** The body of its answer broke off before its declared length. */
  cut(): void {
    this.#call.cut(this)
  }
}
