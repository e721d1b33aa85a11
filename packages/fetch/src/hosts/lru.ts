/** A map of at most `capacity` entries, which drops the one used least recently and says so. */
export interface Lru<Value> {
  /** The value of `key`, made when it is missing. */
  ensure(key: string, make: () => Value): Value
  /** Puts another value in the place of each; the order of use stays. */
  change(to: (value: Value) => Value): void
  values(): Iterable<Value>
  readonly size: number
}

export function lru<Value>(capacity: number, dropped: (value: Value) => void): Lru<Value> {
  const entries = new Map<string, Value>()
  let newest: string | undefined
  return {
    ensure(key, make) {
      const known = entries.get(key)
      if (known !== undefined) {
        // A Map keeps the order of insertion; the newest one need not be moved.
        if (key !== newest) {
          entries.delete(key)
          entries.set(key, known)
          newest = key
        }
        return known
      }
      const value = make()
      entries.set(key, value)
      newest = key
      for (const [oldest, old] of entries) {
        if (entries.size <= capacity) break
        entries.delete(oldest)
        dropped(old)
      }
      return value
    },
    change(to) {
      for (const [key, value] of entries) entries.set(key, to(value))
    },
    values: () => entries.values(),
    get size() {
      return entries.size
    },
  }
}
