import { createHash, timingSafeEqual, type Hash } from 'node:crypto'

/** Algorithms of RFC 9530 that are not deprecated, by their names in Node. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
])

/** One member of the dictionary (RFC 8941): a key and a byte sequence; parameters are read over. */
const MEMBER = /^(?<key>[a-z*][a-z0-9_.*-]*)=:(?<bytes>[A-Za-z0-9+/]*={0,2}):(?:;.*)?$/u

/** A digest that a response declares for its body. */
export interface DeclaredDigest {
  readonly algorithm: string
  readonly digest: Buffer
}

/**
 * The digests in the value of a `Content-Digest` or `Repr-Digest` field (RFC 9530). Unknown and deprecated algorithms
 * are left out, and so is a member that is not well formed: such a field declares nothing.
 */
export function parseDigests(value: string | undefined): readonly DeclaredDigest[] {
  if (value === undefined) return []
  return value.split(',').flatMap((member) => {
    const groups = MEMBER.exec(member.trim())?.groups
    const algorithm = ALGORITHMS.get(groups?.['key'] ?? '')
    if (groups === undefined || algorithm === undefined) return []
    return [{ algorithm, digest: Buffer.from(groups['bytes'] ?? '', 'base64') }]
  })
}

/**
 * What the response declares about the bytes that follow. `Content-Digest` covers them as they are sent; `Repr-Digest`
 * covers the whole representation, which is the same only when nothing but a part was asked for (any status but 206).
 */
export function declaredDigests(
  status: number,
  contentDigest: string | undefined,
  reprDigest: string | undefined,
): readonly DeclaredDigest[] {
  const content = parseDigests(contentDigest)
  return status === 206 ? content : [...content, ...parseDigests(reprDigest)]
}

/** Takes the bytes of a body as they come, and says at the end whether they are the declared ones. */
export interface DigestCheck {
  update(chunk: Uint8Array): void
  /** To be asked once, after the last byte. */
  matches(): boolean
}

/** A check of all `declared` digests, or undefined when there is none. */
export function digestCheck(declared: readonly DeclaredDigest[]): DigestCheck | undefined {
  if (declared.length === 0) return undefined
  const hashes = new Map<string, Hash>()
  for (const { algorithm } of declared) {
    if (!hashes.has(algorithm)) hashes.set(algorithm, createHash(algorithm))
  }
  return {
    update(chunk) {
      for (const hash of hashes.values()) hash.update(chunk)
    },
    matches() {
      const results = new Map([...hashes].map(([name, hash]) => [name, hash.digest()]))
      return declared.every(({ algorithm, digest }) => sameBytes(results.get(algorithm), digest))
    },
  }
}

function sameBytes(left: Buffer | undefined, right: Buffer): boolean {
  return left !== undefined && left.length === right.length && timingSafeEqual(left, right)
}
