import type { Problem } from './schema.ts'
import type { Path } from './source.ts'

/**
 * A problem for each key `__proto__`, however deep: no host, profile or instrument is called so, and whoever copies it key by key
 * gives an object another prototype. Other names that every object has are names like any; they are looked up as own keys.
 */
export function forbiddenKeys(value: unknown, path: Path = []): Problem[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    if (key !== '__proto__') return forbiddenKeys(inner, at)
    return [{ path: at, part: 'key', message: `${key} is no name that a configuration can use` }]
  })
}
