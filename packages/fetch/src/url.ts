import { randomBytes } from 'node:crypto'
import { sharedAcrossCopies } from '@plimsoll/policies/shared'
import { hmacSha256 } from './hmac.ts'

/** What of a URL may be shown in a span. */
export interface RedactOptions {
  /** Names of query parameters whose values are shown. @default [] */
  readonly allowQuery?: readonly string[]
  /** Whether the path is shown; secrets travel in paths as well. @default false */
  readonly allowPath?: boolean
}

const REDACTED = 'REDACTED'
const MIN_KEY_BYTES = 16

/**
 * The URL as a span may show it: no userinfo, no fragment, the path replaced unless allowed, the query's keys kept and
 * their values replaced unless allowed. A parameter without a value is all value. What is no http(s) URL shows its scheme only.
 *
 * Rules of OpenTelemetry's `url.full`, made stricter: an allow list in place of a list of known secrets.
 */
export function redactUrl(url: string | URL, options: RedactOptions = {}): string {
  const parsed = asUrl(url)
  if (parsed === null) return REDACTED
  if (!isHttp(parsed)) return `${parsed.protocol}${REDACTED}`
  const path =
    options.allowPath === true || parsed.pathname === '/' ? parsed.pathname : `/${REDACTED}`
  return `${parsed.protocol}//${parsed.host}${path}${redactQuery(parsed.search, options.allowQuery ?? [])}`
}

// What is told of a call is written seconds later: until then a long URL would hold as much memory again and again.
const LONGEST_HELD = 2_048

/** Whether a URL is too long to be held until its call is told of. */
export function isTooLongToHold(href: string): boolean {
  return href.length > LONGEST_HELD
}

/**
 * The URL as a span may show it, made when a span is written; at once where it is long. What is handed back holds nothing
 * of the call but the URL: it stands in a function of its own for that.
 */
export function shownUrl(
  url: string | URL,
  options: RedactOptions,
  origin?: string | URL,
): string | (() => string) {
  const shown = (): string =>
    redactUrl(
      typeof url === 'string' && origin !== undefined ? (urlAt(origin, url) ?? '') : url,
      options,
    )
  return isTooLongToHold(typeof url === 'string' ? url : url.href) ? shown() : shown
}

function redactQuery(search: string, allowed: readonly string[]): string {
  if (search === '') return ''
  const parts = search
    .slice(1)
    .split('&')
    .map((part) => redactParameter(part, allowed))
  return `?${parts.join('&')}`
}

function redactParameter(part: string, allowed: readonly string[]): string {
  if (part === '') return part
  const equals = part.indexOf('=')
  const key = equals === -1 ? part : part.slice(0, equals)
  if (allowed.length > 0 && allowed.includes(decodedKey(key))) return part
  // What has no value is all value, and may end in padding: `?c2VjcmV0=`.
  return equals === -1 || /^=+$/u.test(part.slice(equals)) ? REDACTED : `${key}=${REDACTED}`
}

function decodedKey(key: string): string {
  // URLSearchParams decodes as servers do, and never throws on a stray percent sign.
  return new URLSearchParams(`${key}=`).keys().next().value ?? key
}

/** Whether a call to this URL goes over HTTP at all; `data:`, `blob:` and `file:` do not. */
export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:'
}

/**
 * The URL of a request to `origin`, null where it is none. A path stands behind its origin and is not resolved against it: one
 * that begins with two slashes would name another host. Towards a proxy the path is a whole URL.
 */
export function urlAt(origin: string | URL, path: string): URL | null {
  const base = String(origin)
  return path.startsWith('/')
    ? URL.parse((base.endsWith('/') ? base.slice(0, -1) : base) + path)
    : URL.parse(path, base)
}

/** Host and port as OpenTelemetry names them: IPv6 without brackets, the port of the scheme when none is given. */
export function hostOf(url: URL): { readonly address: string; readonly port: number } {
  const address = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  const standard = url.protocol === 'https:' ? 443 : 80
  return { address, port: url.port === '' ? standard : Number(url.port) }
}

/**
 * HMAC-SHA-256 of the URL, 128 bits in hex: equal URLs can be joined, none can be read. Normalised first: as WHATWG
 * serialises it, without userinfo and fragment.
 */
export function hashUrl(url: string | URL, key: Uint8Array = processUrlHashKey()): string {
  const parsed = asUrl(url)
  return hmacSha256(key, parsed === null ? String(url) : plainHref(parsed)).slice(0, 32)
}

function plainHref(url: URL): string {
  const { username, password, hash, href } = url
  if (username === '' && password === '' && hash === '') return href
  const plain = new URL(url)
  plain.username = plain.password = plain.hash = ''
  return plain.href
}

function asUrl(url: string | URL): URL | null {
  return url instanceof URL ? url : URL.parse(url)
}

const hashing = sharedAcrossCopies<{ key: Uint8Array | undefined }>('url-hash', () => ({
  key: undefined,
}))

/**
 * Makes `key` the one with which the whole process hashes URLs; without it, a random key of this process is used.
 *
 * @throws RangeError when the key has less than 128 bits.
 */
export function installUrlHashKey(key: Uint8Array): void {
  if (key.byteLength < MIN_KEY_BYTES) {
    throw new RangeError(
      `the key for URL hashes must have at least ${MIN_KEY_BYTES} bytes, got ${key.byteLength}`,
    )
  }
  hashing.key = key
}

/** The key of the process. */
export function processUrlHashKey(): Uint8Array {
  return (hashing.key ??= randomBytes(32))
}
