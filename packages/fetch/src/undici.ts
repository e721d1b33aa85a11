import { createRequire } from 'node:module'
import type * as Undici from 'undici'

const SLOT = Symbol.for('undici.globalDispatcher.1')

let loaded: typeof Undici | undefined

/**
 * undici from npm, loaded when it is first needed, and with the platform's dispatcher left as it was.
 *
 * undici 8 makes itself the dispatcher of the platform's own fetch while it is loaded, where no undici 8 or 7 came
 * before it (Node 22): every fetch of the program would go through another HTTP client. So we look first, and put back.
 * A static import could not be guarded like this, because it runs before any statement of ours.
 */
export function loadUndici(): typeof Undici {
  if (loaded !== undefined) return loaded
  const holder = globalThis as { [SLOT]?: unknown }
  // Reading makes the platform load its own undici, which sets the slot.
  const platform = holder[SLOT]
  loaded = createRequire(import.meta.url)('undici') as typeof Undici
  if (holder[SLOT] !== platform) holder[SLOT] = platform
  return loaded
}
