import { readFileSync } from 'node:fs'
import { fileFault } from '../file-fault.ts'
import type { TelemetryFile } from './embedded.ts'

/**
 * Reads files one after the other, so that only one is held at a time.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_FILE_UNREADABLE`
 */
export function* readTelemetryFiles(paths: readonly string[]): Generator<TelemetryFile> {
  for (const path of paths) yield { name: path, lines: readBytes(path) }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw fileFault(`read ${path}`, error)
  }
}
