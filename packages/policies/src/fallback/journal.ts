import type { FallbackOutcome, FallbackReason } from '@plimsoll/semconv'
import type { Surroundings } from '../policy.ts'
import type { FallbackAttemptRecord } from '../record.ts'
import type { FallbackRunOptions, SourceReport } from './options.ts'

/** Which source of which tier. */
export interface Post {
  readonly tier: string
  readonly source: string
}

/** Keeps and reports what one run of a fallback does. */
export class Journal {
  readonly attempts: FallbackAttemptRecord[] = []
  readonly startMs: number
  #tried = 0
  readonly #surroundings: Surroundings
  readonly #workId: string | undefined
  readonly #artifactId: string | undefined

  constructor(surroundings: Surroundings, { workId, artifactId }: FallbackRunOptions) {
    this.#surroundings = surroundings
    this.#workId = workId
    this.#artifactId = artifactId
    this.startMs = surroundings.clock.now()
  }

  attempt(
    post: Post,
    outcome: FallbackOutcome,
    reason: FallbackReason | undefined,
    exchange: SourceReport,
    durationMs: number,
  ): void {
    if (outcome !== 'skipped') this.#tried++
    const record: FallbackAttemptRecord = Object.freeze({
      kind: 'fallback_attempt',
      subject: { address: exchange.address, port: exchange.port },
      workId: this.#workId,
      artifactId: this.#artifactId,
      tier: post.tier,
      source: post.source,
      outcome,
      reason,
      status: exchange.status,
      durationS: durationMs / 1000,
    })
    this.attempts.push(record)
    this.#surroundings.recorder.record(record)
  }

  /** Ends the run: served by `post`, or with an error. Returns its milliseconds. */
  end(post: Post | undefined, errorType: string | undefined): number {
    const durationMs = this.#surroundings.clock.now() - this.startMs
    this.#surroundings.recorder.record({
      kind: 'fallback',
      workId: this.#workId,
      artifactId: this.#artifactId,
      tier: post?.tier,
      source: post?.source,
      errorType,
      tried: this.#tried,
      durationS: durationMs / 1000,
    })
    return durationMs
  }
}
