/**
 * Raised by a release in which something that is shared has another shape or meaning than in the release before: the copies
 * of both in one thread then share nothing, for what one reads of the other would be wrong. What is new under a name of its
 * own needs no other number.
 */
const VERSION = 1

const key: unique symbol = Symbol.for(`plimsoll/${VERSION}`)

/**
 * What the copies of our packages in one thread have in common under `name`; `make` makes it for the first that asks. A
 * program may hold two copies, its own and the one in the preload's bundle: what one installs, the other must find. Worker
 * threads and `vm` contexts have a global object of their own, and so other values.
 *
 * To be read once, when a module loads: what is kept in a constant of the module costs nothing later.
 *
 * @param name one for each thing that is shared, which has the same type in every copy
 */
export function sharedAcrossCopies<Shared extends object>(
  name: string,
  make: () => Shared,
): Shared {
  const all = shared()
  const known = all.get(name)
  if (known !== undefined) return known as Shared
  const made = make()
  all.set(name, made)
  return made
}

function shared(): Map<string, object> {
  const known = (globalThis as { readonly [key]?: Map<string, object> })[key]
  if (known !== undefined) return known
  // A map, because what a program freezes with the whole of its global object, is not frozen in there.
  const value = new Map<string, object>()
  // Without an error where that object takes nothing more: each copy is then alone. And hidden from who walks through it.
  Reflect.defineProperty(globalThis, key, { value })
  return value
}
