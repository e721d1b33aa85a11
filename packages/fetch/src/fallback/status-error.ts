/** A source answered with a status that is no success. Its body was given up. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: number
  /** Milliseconds that the source asked to wait, where it did. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, retryAfterMs: number | undefined) {
    super(`the source answered with status ${status}`)
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}
