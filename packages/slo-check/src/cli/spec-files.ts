import { readFileSync } from 'node:fs'
import { SloCheckError } from '../error.ts'
import { fileFault } from '../file-fault.ts'
import type { SpecFile } from '../spec/parse-specs.ts'

/**
 * Reads a spec file.
 *
 * @throws SloCheckError `ERR_PLIMSOLL_FILE_UNREADABLE`, or `ERR_PLIMSOLL_SPEC_INVALID` when it is not UTF-8.
 */
export function readSpec(name: string): SpecFile {
  const bytes = bytesOf(name)
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    throw new SloCheckError(
      'ERR_PLIMSOLL_SPEC_INVALID',
      `the spec ${name} is no text in UTF-8: save it as such, or name another file`,
      { cause: error },
    )
  }
}

function bytesOf(spec: string): Uint8Array {
  try {
    return readFileSync(spec)
  } catch (error) {
    throw fileFault(`read the spec ${spec}`, error)
  }
}
