import type { Source } from './source.ts'

const slot: unique symbol = Symbol.for('plimsoll.metrics')
const holder = globalThis as { [slot]?: Source }

/** Keeps the source of this thread where a module of the package that the program loads itself finds it. */
export function holdSource(source: Source): void {
  holder[slot] = source
}

/** The source of this thread; undefined where the preload is not on. */
export function heldSource(): Source | undefined {
  return holder[slot]
}
