/** `parse`: the query is wrong. `execution`: it failed on this data. `engine`: the engine itself failed. */
export type PromqlErrorKind = 'parse' | 'execution' | 'engine'

export interface PromqlErrorDetails {
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly cause?: unknown
}

/** Why a query has no answer. */
export class PromqlError extends Error {
  readonly kind: PromqlErrorKind
  /** Line in the query, from 1; known for parse errors. */
  readonly line: number | undefined
  /** Column in that line, from 1, in UTF-16 units. */
  readonly column: number | undefined

  constructor(kind: PromqlErrorKind, message: string, details: PromqlErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'PromqlError'
    this.kind = kind
    this.line = details.line
    this.column = details.column
  }
}
