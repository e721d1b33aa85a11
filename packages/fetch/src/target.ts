import { isPoliced } from './dispatch/policed.ts'
import type { HostRegistry } from './hosts/host-registry.ts'
import { LazyUrl, withHost, type PolicedTarget } from './lazy-url.ts'

/** What a call asks for, read without changing anything of it. */
export interface Target {
  /** Absent where the URL cannot be read: the platform will say so. */
  readonly url: URL | undefined
  readonly method: string
  readonly signal: AbortSignal | undefined
  /** Whether the same request can be sent twice: a stream is gone once it was read. */
  readonly replayable: boolean
  /** Whether the caller keeps this call out of caches (`cache: 'no-store'`). */
  readonly noStore: boolean
}

/** Methods that fetch writes in capitals; others stay as they are. */
const NORMALISED = /^(?:delete|get|head|options|post|put)$/iu

/** The members of a `RequestInit`, undici's `dispatcher` included. */
const INIT_MEMBERS = [
  'body',
  'cache',
  'credentials',
  'dispatcher',
  'duplex',
  'headers',
  'integrity',
  'keepalive',
  'method',
  'mode',
  'priority',
  'redirect',
  'referrer',
  'referrerPolicy',
  'signal',
  'window',
] as const

type Members = { [name: string]: unknown }

/**
 * What a call asks for; undefined where another layer of ours measures it. Reading must not fail where the platform does
 * not, nor in another way.
 */
export function measuredTarget(input: unknown, init: unknown): FetchTarget | undefined {
  try {
    return isPoliced(init) ? undefined : targetOf(input, init)
  } catch {
    return undefined
  }
}

/** The same for a call that goes to a host of `hosts`; undefined as well where it is not over HTTP. */
export function policedTarget(
  input: unknown,
  init: unknown,
  hosts: HostRegistry,
): PolicedTarget | undefined {
  try {
    if (isPoliced(init)) return undefined
    return withHost(targetOf(input, init), hosts)
  } catch {
    return undefined
  }
}

/** Reads what `fetch(input, init)` asks for. `init` holds before what a `Request` says, as in the Fetch standard. */
export function targetOf(input: unknown, init: unknown): FetchTarget {
  return new FetchTarget(
    isRequest(input) ? (input as unknown as Members) : undefined,
    input,
    members(init),
  )
}

class FetchTarget extends LazyUrl implements Target {
  readonly method: string
  readonly signal: AbortSignal | undefined
  readonly noStore: boolean
  readonly #request: Members | undefined
  readonly #body: unknown

  constructor(request: Members | undefined, input: unknown, init: Members | undefined) {
    // A copy of a URL: the program may change its own while the call is under way.
    const plain = input instanceof URL ? input.href : input
    const text = request === undefined ? plain : request['url']
    super(typeof text === 'string' ? text : undefined)
    this.method = methodOf(init?.['method'] ?? request?.['method'])
    this.signal = signalOf(
      init !== undefined && 'signal' in init ? init['signal'] : request?.['signal'],
    )
    this.noStore = (init?.['cache'] ?? request?.['cache']) === 'no-store'
    this.#request = request
    this.#body = init?.['body'] ?? undefined
  }

  get replayable(): boolean {
    return this.#body === undefined ? isEmpty(this.#request?.['body']) : isReplayable(this.#body)
  }
}

/**
 * The members of `init` as a plain object, so that `dispatcher` can be added: an `init` may be a `Request` or any object
 * with getters on its prototype, which a spread would lose. Each member is read once, however often the call is sent.
 */
export function initMembers(init: object): Members {
  const prototype: unknown = Object.getPrototypeOf(init)
  const plain = prototype === Object.prototype || prototype === null
  if (plain && Object.keys(init).length === Object.getOwnPropertyNames(init).length) {
    return { ...init }
  }
  const source = init as Members
  const copy: Members = {}
  for (const name of INIT_MEMBERS) {
    const value = source[name]
    if (value !== undefined) copy[name] = value
  }
  return copy
}

function members(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null ? (value as Members) : undefined
}

function isRequest(input: unknown): input is Request {
  if (typeof input !== 'object' || input === null) return false
  if (input instanceof globalThis.Request) return true
  // The Request of another undici, for another fetch that was passed in.
  const fields = members(input)
  return typeof fields?.['url'] === 'string' && typeof fields['method'] === 'string'
}

function methodOf(value: unknown): string {
  if (typeof value !== 'string') return 'GET'
  return NORMALISED.test(value) ? value.toUpperCase() : value
}

/** The signal, where it is one of the platform's. */
export function signalOf(value: unknown): AbortSignal | undefined {
  return value instanceof AbortSignal ? value : undefined
}

function isEmpty(body: unknown): boolean {
  return body === null || body === undefined
}

/** Whether a body can be read a second time. */
export function isReplayable(body: unknown): boolean {
  return (
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof URLSearchParams
  )
}
