/** A request as undici's options and its channels both name it. */
export interface RequestLine {
  readonly method: string
  readonly origin?: string | URL | undefined
  /** Path and query. */
  readonly path: string
}

/** A call of ours that waits for undici to begin with it. */
export interface Expecting {
  /** The line of its request as {@link textOf} writes it; undefined where its URL cannot be read. */
  readonly line: string | undefined
  /** Whether `request` is the one that it waits for. */
  awaits(request: RequestLine): boolean
}

/**
 * Calls whose request has not begun: a pool that is full begins with it later, outside of any context of the call. Most
 * calls come and go without being looked for, and cost no line of text; the others are sorted by it when one is looked
 * for, each once, so that ten thousand that wait do not make every request look at ten thousand.
 */
export class Expected {
  readonly #unsorted = new Set<Expecting>()
  /** Under which line each is sorted. A dispatcher may change the options that it was given, and the line with them. */
  readonly #lines = new Map<Expecting, string>()
  readonly #byLine = new Map<string, Set<Expecting>>()

  add(call: Expecting): void {
    this.#unsorted.add(call)
  }

  delete(call: Expecting): void {
    if (this.#unsorted.delete(call)) return
    const line = this.#lines.get(call)
    if (line === undefined) return
    this.#lines.delete(call)
    const same = this.#byLine.get(line)
    if (same?.delete(call) === true && same.size === 0) this.#byLine.delete(line)
  }

  /** The call that has waited longest for a request of this line. */
  find(request: RequestLine): Expecting | undefined {
    for (const call of this.#unsorted) this.#sort(call)
    this.#unsorted.clear()
    for (const call of this.#byLine.get(textOf(request)) ?? []) {
      if (call.awaits(request)) return call
    }
    return undefined
  }

  #sort(call: Expecting): void {
    const { line } = call
    if (line === undefined) return
    this.#lines.set(call, line)
    const same = this.#byLine.get(line)
    if (same === undefined) this.#byLine.set(line, new Set([call]))
    else same.add(call)
  }
}

/** A request line in one text. */
export function textOf({ method, origin, path }: RequestLine): string {
  return `${method} ${String(origin)}${path}`
}
