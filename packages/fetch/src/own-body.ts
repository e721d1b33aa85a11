import { isErrored, type Readable } from 'node:stream'

/** The body of a request where it comes bit by bit: what the program makes it of may fail on the way. */
type Source = AsyncIterable<unknown>

/**
 * A body as it is handed on: streams as they are, which tell afterwards whether they broke; any other iterable, a generator
 * say, in a cover that notes it.
 */
export function noted(body: unknown): unknown {
  return isSource(body) && !isStream(body) ? new NotedSource(body) : body
}

/** Whether a body broke by itself. One whose request failed for another reason is closed, not broken. */
export function hasBroken(body: unknown): boolean {
  if (body instanceof NotedSource) return body.broke
  return isSource(body) && isErrored(body as Readable)
}

class NotedSource implements Source {
  broke = false
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const iterator = this.#source[Symbol.asyncIterator]()
    const next = async (): Promise<IteratorResult<unknown>> => {
      try {
        return await iterator.next()
      } catch (error) {
        this.broke = true
        throw error
      }
    }
    const stop = iterator.return?.bind(iterator)
    return stop === undefined ? { next } : { next, return: stop }
  }
}

function isSource(body: unknown): body is Source {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

function isStream(body: Source): boolean {
  return body instanceof ReadableStream || 'pipe' in body
}
