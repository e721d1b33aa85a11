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
}

export function leaveForWorkers(inheritance: Inheritance): void {
  setEnvironmentData(KEY, { ...inheritance })
}

/** What the main thread left; absent where it is not observed. */
export function inherited(): Inheritance | undefined {
  const left = parsedObject(getEnvironmentData(KEY))
  return left?.['board'] instanceof SharedArrayBuffer ? (left as unknown as Inheritance) : undefined
}
