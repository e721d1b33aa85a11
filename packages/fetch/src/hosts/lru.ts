/** A map of at most `capacity` entries, which drops the one used least recently and says so. */
export interface Lru<Value> {
  /** The value of `key`, if there is one. The key is compared and not kept: it may be a part of a text that must not be. */
  get(key: string): Value | undefined
  /** The value of `key`, made when it is missing. */
  ensure(key: string, make: (key: string) => Value): Value
  /** Puts another value in the place of each; the order of use stays. */
  change(to: (value: Value) => Value): void
  values(): Iterable<Value>
}

interface Entry<Value> {
  readonly key: string
  value: Value
}

export function lru<Value>(capacity: number, dropped: (value: Value) => void): Lru<Value> {
  const entries = new Map<string, Entry<Value>>()
  let newest: Entry<Value> | undefined
  function get(key: string): Value | undefined {
    const known = entries.get(key)
    if (known === undefined) return undefined
    // A Map keeps the order of insertion; the newest one need not be moved.
    if (known !== newest) {
      entries.delete(known.key)
      entries.set(known.key, known)
      newest = known
    }
    return known.value
  }
  return {
    get,
    ensure(key, make) {
      const known = get(key)
      if (known !== undefined) return known
      const added = { key, value: make(key) }
      entries.set(key, added)
      newest = added
      for (const [oldest, old] of entries) {
        if (entries.size <= capacity) break
        entries.delete(oldest)
        dropped(old.value)
      }
      return added.value
    },
    change(to) {
      for (const entry of entries.values()) entry.value = to(entry.value)
    },
    values: () => [...entries.values()].map(({ value }) => value),
  }
}
