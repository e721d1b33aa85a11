import { sharedAcrossCopies } from '@plimsoll/policies/shared'
import type { Source } from './source.ts'

const shared = sharedAcrossCopies<{ held: Source | undefined }>('metrics', () => ({
  held: undefined,
}))

/** Keeps the source of this thread where a module of the package that the program loads itself finds it. */
export function holdSource(source: Source): void {
  shared.held = source
}

/** The source of this thread; undefined where the preload is not on. */
export function heldSource(): Source | undefined {
  return shared.held
}
