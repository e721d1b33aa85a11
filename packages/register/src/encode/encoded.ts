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

/** Writes items one by one: one that defies it is left out, and takes no other with it. */
export function eachOf<Item>(
  items: readonly Item[],
  write: (item: Item) => void,
): { readonly written: number; readonly faults: readonly unknown[] } {
  const faults: unknown[] = []
  for (const item of items) {
    try {
      write(item)
    } catch (error) {
      faults.push(error)
    }
  }
  return { written: items.length - faults.length, faults }
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

/** A request of items that are written together: where one defies it, those that do not are written without it. */
export function encodeTogether<Item>(
  items: readonly Item[],
  write: (items: Item[]) => Uint8Array | undefined,
): Encoded {
  const whole = encodeAll(items.length, () => write([...items]))
  if (whole.lost === 0) return whole
  const sound: Item[] = []
  const { faults } = eachOf(items, (item) => {
    write([item])
    sound.push(item)
  })
  const rest = encodeAll(sound.length, () => write(sound))
  return { ...rest, lost: items.length - rest.items, faults: [...faults, ...rest.faults] }
}

/** Likewise of items that are shaped one by one first. */
export function encodeShaped<Item, Shape>(
  items: readonly Item[],
  shape: (item: Item) => Shape,
  write: (shapes: Shape[]) => Uint8Array | undefined,
): Encoded {
  const shapes: Shape[] = []
  const { faults } = eachOf(items, (item) => shapes.push(shape(item)))
  const whole = encodeTogether(shapes, write)
  return { ...whole, lost: items.length - whole.items, faults: [...faults, ...whole.faults] }
}
