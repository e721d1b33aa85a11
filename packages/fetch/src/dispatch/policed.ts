// A registered symbol: the preload's copy of this package must know the dispatchers of the program's.
const brand: unique symbol = Symbol.for('plimsoll.policed')

/** Member of every dispatcher of ours. */
export const POLICED = { [brand]: true } as const

/**
 * Whether a fetch of ours stands above, with wrappers of the program between: its dispatcher comes down in `init`, and it
 * counts and guards the call already.
 */
export function isPoliced(init: unknown): boolean {
  if (typeof init !== 'object' || init === null || !('dispatcher' in init)) return false
  const { dispatcher } = init
  return typeof dispatcher === 'object' && dispatcher !== null && brand in dispatcher
}
