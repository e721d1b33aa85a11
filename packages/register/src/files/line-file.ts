import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** A file that only grows, by whole lines, with one writer. */
export interface LineFile {
  /** Bytes written so far. */
  readonly size: number
  /**
   * Appends `body` and a line feed, synchronously.
   *
   * @throws the error of the file system; then nothing of the line stays in the file, where that can be had.
   */
  append(body: Uint8Array): void
  close(): void
}

const LINE_FEED = Buffer.from('\n')

/** A line file at `path`; it and its folder come into being with the first line. */
export function createLineFile(path: string): LineFile {
  let descriptor: number | undefined
  let size = 0
  // What a failed write left behind and could not be cut off: the next line must not be glued to it.
  let torn = false

  const opened = (): number => {
    if (descriptor !== undefined) return descriptor
    mkdirSync(dirname(path), { recursive: true })
    descriptor = openSync(path, 'a+', 0o600)
    size = fstatSync(descriptor).size
    // Its writer before may have been killed within a line.
    torn ||= size > 0 && !endsWithLineFeed(descriptor, size)
    return descriptor
  }

  return {
    get size() {
      return size
    },
    append(body) {
      const file = opened()
      const before = size
      try {
        const line = torn ? [LINE_FEED, body, LINE_FEED] : [body, LINE_FEED]
        size += writeWhole(file, Buffer.concat(line))
        torn = false
      } catch (error) {
        torn = !cutBack(file, before)
        throw error
      }
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}

/** One system call may write less than it was given. */
function writeWhole(file: number, bytes: Uint8Array): number {
  let written = 0
  while (written < bytes.length) written += writeSync(file, bytes, written)
  return written
}

function endsWithLineFeed(file: number, size: number): boolean {
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last.equals(LINE_FEED)
}

function cutBack(file: number, size: number): boolean {
  try {
    ftruncateSync(file, size)
    return true
  } catch {
    // A device cannot be cut; the caller separates the next line instead.
    return false
  }
}
