import { createRequire } from 'node:module'
import type * as Undici from 'undici'
import type { Dispatcher } from 'undici'

const FIRST = Symbol.for('undici.globalDispatcher.1')
const SECOND = Symbol.for('undici.globalDispatcher.2')
/** Where the fetch of this platform looks for its dispatcher: since undici 8, in Node 26, in the second slot. */
const SLOT = Number.parseInt(process.versions['undici'] ?? '', 10) >= 8 ? SECOND : FIRST

const holder = globalThis as {
  [FIRST]?: Dispatcher
  [SECOND]?: Dispatcher
  readonly Response?: unknown
}

let loaded: typeof Undici | undefined
/** The dispatcher that the platform made for itself, where we saw it make it. */
let platformOwn: Dispatcher | undefined

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
  const before = holder[SLOT]
  // A lazy getter: the platform loads its undici, which fills the slot.
  if (typeof holder.Response !== 'function') throw new Error('this platform has no fetch')
  const platform = holder[FIRST]
  if (before === undefined) platformOwn = holder[SLOT]
  loaded = createRequire(import.meta.url)('undici') as typeof Undici
  if (platform !== undefined && holder[FIRST] !== platform) holder[FIRST] = platform
  return loaded
}

/**
 * The dispatcher that the program chose for all its fetches, with `setGlobalDispatcher` of undici 7 or 8; undefined where
 * the platform goes by its own. One that stood there before we looked counts as chosen.
 */
export function chosenDispatcher(): Dispatcher | undefined {
  const now = holder[SLOT]
  return now === platformOwn ? undefined : now
}
