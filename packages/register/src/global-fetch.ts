/** Puts `wrap(fetch)` in the place of the global `fetch`, under the same attributes; does nothing where there is none. */
export function wrapGlobalFetch(
  wrap: (original: typeof globalThis.fetch) => typeof globalThis.fetch,
  target: object = globalThis,
): boolean {
  const found = Object.getOwnPropertyDescriptor(target, 'fetch')
  if (found === undefined || found.configurable === false) return false
  const original: unknown = Reflect.get(target, 'fetch')
  if (typeof original !== 'function') return false
  Object.defineProperty(target, 'fetch', {
    value: wrap(original as typeof globalThis.fetch),
    writable: found.writable ?? true,
    enumerable: found.enumerable ?? true,
    configurable: true,
  })
  return true
}
