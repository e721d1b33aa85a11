/** An OTLP request, and what became of the items that were to stand in it. */
export interface Encoded {
  /** Undefined where none of them could be written. */
  readonly body: Uint8Array | undefined
  /** Those that stand in it. */
  readonly items: number
  /** Those that do not. */
  readonly lost: number
  /** Why they do not. */
  readonly faults: readonly unknown[]
}

/** A request of items that are written one by one: one that defies it is left out, and takes no other with it. */
export function encodeEach<In, Out>(
  items: readonly In[],
  write: (item: In) => Out,
  join: (written: Out[]) => Uint8Array | undefined,
): Encoded {
  const written: Out[] = []
  const faults: unknown[] = []
  for (const item of items) {
    try {
      written.push(write(item))
    } catch (error) {
      faults.push(error)
    }
  }
  const joined = encodeAll(written.length, () => join(written))
  return {
    ...joined,
    lost: items.length - joined.items,
    faults: [...faults, ...joined.faults],
  }
}

/** A request that is written as a whole: what defies it takes all of it. */
export function encodeAll(items: number, write: () => Uint8Array | undefined): Encoded {
  if (items === 0) return { body: undefined, items, lost: 0, faults: [] }
  try {
    const body = write()
    if (body === undefined) throw new TypeError('the serialiser gave nothing')
    return { body, items, lost: 0, faults: [] }
  } catch (error) {
    return { body: undefined, items: 0, lost: items, faults: [error] }
  }
}
