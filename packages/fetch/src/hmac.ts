import { hash } from 'node:crypto'

const BLOCK = 64
const DIGEST = 32

interface Pads {
  readonly inner: Buffer
  /** The outer pad, with room behind it for the inner hash. */
  readonly outer: Buffer
}

const padsOf = new WeakMap<Uint8Array, Pads>()

/**
 * HMAC-SHA-256 (RFC 2104) in hex, by two one-shot hashes over pads that are made once a key. `createHmac` makes an object
 * and a key for each message, which costs ten times as much as what it computes here, for every call of the program.
 */
export function hmacSha256(key: Uint8Array, text: string): string {
  let pads = padsOf.get(key)
  if (pads === undefined) {
    pads = {
      inner: pad(key, 0x36),
      outer: Buffer.concat([pad(key, 0x5c), Buffer.alloc(DIGEST)]),
    }
    padsOf.set(key, pads)
  }
  const { inner, outer } = pads
  const message = Buffer.allocUnsafe(BLOCK + Buffer.byteLength(text))
  message.set(inner)
  message.write(text, BLOCK)
  // Text costs less than a buffer that lives for one line.
  outer.write(hash('sha256', message, 'binary'), BLOCK, 'latin1')
  return hash('sha256', outer, 'hex')
}

function pad(key: Uint8Array, byte: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.set(key.byteLength > BLOCK ? hash('sha256', key, 'buffer') : key)
  return block.map((value) => value ^ byte) as Buffer
}
