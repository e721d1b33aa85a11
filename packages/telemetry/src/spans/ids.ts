import { randomFillSync } from 'node:crypto'

// A part of a text keeps all of the text in memory: little enough, for a program that holds on to one id of each.
const POOL = Buffer.alloc(1_024)

let text = ''
let used = 0

/** A trace id: 128 bits of the system's randomness in hex, never all zero. */
export function newTraceId(): string {
  return hex(32)
}

/** A span id: 64 bits, likewise. */
export function newSpanId(): string {
  return hex(16)
}

/** So many digits. The system is asked once for many ids, because asking costs as much as a hundred of them. */
function hex(digits: number): string {
  if (used + digits > text.length) {
    text = randomFillSync(POOL).toString('hex')
    used = 0
  }
  const id = text.slice(used, used + digits)
  used += digits
  return /[^0]/u.test(id) ? id : hex(digits)
}
