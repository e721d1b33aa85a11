import type { ErrorCode } from '@plimsoll/semconv'

/** A position in a file, counted from 1; columns in UTF-16 units. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something wrong at a place of a file. */
export interface Issue extends Place {
  readonly message: string
}

/** Why there is no report. `code` is stable; the message says what to do. */
export class SloCheckError extends Error {
  readonly code: ErrorCode
  /** Every fault found, in the order of the files; empty when the fault has no place. */
  readonly issues: readonly Issue[]

  constructor(
    code: ErrorCode,
    message: string,
    details: { readonly issues?: readonly Issue[]; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'SloCheckError'
    this.code = code
    this.issues = details.issues ?? []
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
