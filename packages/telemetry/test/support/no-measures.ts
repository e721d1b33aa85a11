import type { Measures } from '../../src/index.ts'

/** Measures that keep nothing, for tests that look elsewhere. */
export const NO_MEASURES: Measures = { bind: () => ({ overflow: false, record: () => {} }) }
