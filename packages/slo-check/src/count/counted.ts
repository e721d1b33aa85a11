/** How a number was got: the last value of each series of the run, exact increases over a window, or the query as it is. */
export type Counting = 'last' | 'anchored' | 'raw'

/** The one number that a query gives, or why it gives none. */
export type Counted =
  | { readonly state: 'value'; readonly counting: Counting; readonly value: number }
  | {
      readonly state: 'no_data' | 'nonsense'
      readonly counting: Counting
      readonly reason: string
    }
