export type MatchOp = '=' | '!=' | '=~' | '!~'

export interface LabelMatcher {
  readonly name: string
  readonly op: MatchOp
  readonly value: string
}

/** One vector selector of an expression, as written. */
export interface Selector {
  /** The metric name, or null when the selector names none (or only by a pattern). */
  readonly metric: string | null
  /** Every matcher but the metric name's. */
  readonly matchers: readonly LabelMatcher[]
  /** Where the selector stands in the query's text, in UTF-16 units: `query.slice(start, end)`; a range or an offset is not included. */
  readonly start: number
  readonly end: number
  /** The range in seconds when the selector is a range selector (`x[5m]`), else null. */
  readonly rangeSeconds: number | null
}

export interface ParsedQuery {
  readonly type: 'vector' | 'scalar' | 'matrix' | 'string'
  /** The selector when the whole query is an instant selector with no modifier, else null. */
  readonly bareSelector: Selector | null
  readonly selectors: readonly Selector[]
  /** The query as the engine prints it. */
  readonly canonical: string
}
