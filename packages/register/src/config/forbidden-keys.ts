import type { Problem } from './schema.ts'
import type { Path } from './source.ts'

/** Names that every object has: no host, profile or instrument is called so, and no part of a program shall trip over them. */
const FORBIDDEN = ['__proto__', 'constructor', 'prototype']

/** A problem for each key, however deep, that could be taken for something else than a key. */
export function forbiddenKeys(value: unknown, path: Path = []): Problem[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    if (!FORBIDDEN.includes(key)) return forbiddenKeys(inner, at)
    return [{ path: at, part: 'key', message: `${key} is no name that a configuration can use` }]
  })
}
