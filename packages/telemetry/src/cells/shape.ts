/** How the numbers of an instrument are kept and told. `observed` sums are told by the program, not added up by us. */
export type Shape =
  | { readonly kind: 'sum'; readonly monotonic: boolean; readonly observed: boolean }
  | { readonly kind: 'gauge' }
  | { readonly kind: 'histogram'; readonly boundaries: readonly number[] }
  | { readonly kind: 'exponential' }
