import { PlimsollError } from '@plimsoll/policies'
import type { CorruptionReason } from '@plimsoll/semconv'
import { declaredDigests, digestCheck, type DigestCheck } from '../integrity.ts'
import { field, listField, type Headers } from './options.ts'

/** Codes of a connection that ended while there was more to come. */
const CUT: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'HPE_INVALID_EOF_STATE',
  'UND_ERR_CLOSED',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
])

/** Whether an error says that the other side ended the connection. */
export function isCut(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    CUT.has(error.code)
  )
}

/** The body of a redirect that is followed goes to nobody: a wrong digest of it must not fail the answer behind it. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** What reading a body that is not what it should be ends in. */
export function corruptBody(reason: CorruptionReason, cause: Error | undefined): PlimsollError {
  const text =
    reason === 'digest'
      ? 'the body is not the one whose digest its headers declare'
      : 'the body ended short of the length that its headers declare'
  return new PlimsollError('ERR_PLIMSOLL_CORRUPT_BODY', text, { cause })
}

/** Holds a body against what its headers declare, while it passes. */
export class BodyCheck {
  readonly #length: number | undefined
  readonly #digests: DigestCheck | undefined
  #received = 0

  constructor(length: number | undefined, digests: DigestCheck | undefined) {
    this.#length = length
    this.#digests = digests
  }

  update(chunk: Uint8Array): void {
    this.#received += chunk.byteLength
    this.#digests?.update(chunk)
  }

  /** What is wrong with the body that just ended, if anything. */
  atEnd(): CorruptionReason | undefined {
    if (this.#isShort()) return 'length'
    return this.#digests === undefined || this.#digests.matches() ? undefined : 'digest'
  }

  /** Whether the body, which broke off with `error`, ended short of its declared length. */
  brokenBy(error: unknown): boolean {
    return this.#isShort() && isCut(error)
  }

  #isShort(): boolean {
    return this.#length !== undefined && this.#received < this.#length
  }
}

/** The check of a response, or undefined when it declares nothing or has no body. */
export function bodyCheck(
  method: string,
  status: number,
  headers: Headers,
  verifyDigests: boolean,
): BodyCheck | undefined {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return undefined
  const length = declaredLength(headers)
  const digests = verifyDigests && !REDIRECTS.has(status) ? digestsOf(status, headers) : undefined
  if (length === undefined && digests === undefined) return undefined
  return new BodyCheck(length, digests)
}

function digestsOf(status: number, headers: Headers): DigestCheck | undefined {
  const content = listField(headers, 'content-digest')
  const representation = listField(headers, 'repr-digest')
  if (content === undefined && representation === undefined) return undefined
  return digestCheck(declaredDigests(status, content, representation))
}

function declaredLength(headers: Headers): number | undefined {
  if (field(headers, 'transfer-encoding') !== undefined) return undefined
  const value = field(headers, 'content-length')
  return value !== undefined && /^\d+$/u.test(value) ? Number(value) : undefined
}
