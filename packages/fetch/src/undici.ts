import { createRequire } from 'node:module'
import type * as Undici from 'undici'

const SLOT = Symbol.for('undici.globalDispatcher.1')

let loaded: typeof Undici | undefined

/**
 * undici from npm, loaded when it is first needed, and with the platform's dispatcher left as it was.
 *
 * While undici 8 is loaded it makes itself the dispatcher of the platform's own fetch, where the platform has none yet or
 * has an older undici (Node 22): every fetch of the program would go through another HTTP client. So we let the platform
 * load its own first, look, and put back. A static import could not be guarded like this, because it runs before any
 * statement of ours.
 */
export function loadUndici(): typeof Undici {
  if (loaded !== undefined) return loaded
  const holder = globalThis as { [SLOT]?: unknown; readonly Response: unknown }
  // A lazy getter: the platform loads its undici, which fills the slot.
  if (typeof holder.Response !== 'function') throw new Error('this platform has no fetch')
  const platform = holder[SLOT]
  loaded = createRequire(import.meta.url)('undici') as typeof Undici
  if (holder[SLOT] !== platform) holder[SLOT] = platform
  return loaded
}
