import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { parsedObject } from '../parsed-object.ts'

/** Under this key a main thread leaves for its workers what a process leaves in its environment. */
const KEY = 'plimsoll'

/** What a main thread leaves, for workers of workers too. */
export interface Inheritance {
  /** A parent, in a worker's eyes yet to be checked. */
  readonly parent: unknown
  readonly service: { readonly name: string; readonly version: string | undefined }
  /** Memory shared by the main thread and its workers. */
  readonly board: SharedArrayBuffer
  /** Id of the thread that leaves it. */
  readonly thread: number
  /** Memory in which workers keep what others have to know when they are gone. */
  readonly arena?: SharedArrayBuffer | undefined
}

/**
 * Leaves it for all workers to come.
 *
 * @param arena asked for each worker that is started, so that a program without any has no such memory
 */
export function leaveForWorkers(
  inheritance: Omit<Inheritance, 'arena'>,
  arena: () => SharedArrayBuffer | undefined,
): void {
  setEnvironmentData(KEY, {
    ...inheritance,
    // Read while Node copies it into a new worker; a fault here would be one of the program's `new Worker`.
    get arena() {
      try {
        return arena()
      } catch {
        return undefined
      }
    },
  })
}

/** What the main thread left; absent where it is not observed. */
export function inherited(): Inheritance | undefined {
  const left = parsedObject(getEnvironmentData(KEY))
  return left?.['board'] instanceof SharedArrayBuffer ? (left as unknown as Inheritance) : undefined
}
