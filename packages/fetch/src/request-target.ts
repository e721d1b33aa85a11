import { stringify } from 'node:querystring'
import { isPoliced } from './dispatch/policed.ts'
import type { HostRegistry } from './hosts/host-registry.ts'
import { LazyUrl, withHost, type PolicedTarget } from './lazy-url.ts'
import { isReplayable, signalOf, type Target } from './target.ts'
import { isHttp } from './url.ts'

type Members = { readonly [name: string]: unknown }

/**
 * What undici's `request(url, options)` asks for, read without changing anything of it; undefined where that is not for
 * us to measure. What undici will refuse is a target without a URL.
 */
export function requestTarget(
  url: unknown,
  options: Members,
  hosts: HostRegistry,
): PolicedTarget | undefined {
  if (isPoliced(options)) return undefined
  const target = new RequestTarget(textOf(url, options), options)
  return withHost(target, hosts) ?? new RequestTarget(undefined, options)
}

class RequestTarget extends LazyUrl implements Target {
  readonly method: string
  readonly signal: AbortSignal | undefined
  readonly noStore = false
  readonly #body: unknown

  constructor(text: string | undefined, { method, body, signal }: Members) {
    super(text)
    const usual = body ? 'PUT' : 'GET'
    this.method = typeof method === 'string' && method !== '' ? method : usual
    this.signal = signalOf(signal)
    this.#body = body
  }

  get replayable(): boolean {
    return this.#body === undefined || this.#body === null || isReplayable(this.#body)
  }
}

function textOf(given: unknown, { path, query }: Members): string | undefined {
  const plain = path === undefined && query === undefined
  if (plain && typeof given === 'string') return given
  // A copy: the program may change its own while the call is under way.
  if (plain && given instanceof URL) return given.href
  const base = baseOf(given)
  if (base === undefined || !isHttp(base)) return undefined
  const url = typeof path === 'string' ? URL.parse(base.origin + rooted(path)) : base
  if (url === null || typeof query !== 'object' || query === null) return url?.href
  const full = new URL(url)
  full.search = stringify(query as Parameters<typeof stringify>[0])
  return full.href
}

/** undici takes a string, a URL, or an object of parts like `url.parse` makes. */
function baseOf(given: unknown): URL | undefined {
  if (typeof given === 'string') return URL.parse(given) ?? undefined
  if (given instanceof URL) return given
  if (typeof given !== 'object' || given === null) return undefined
  const { protocol, hostname, port, origin, path, pathname, search } = given as Members
  const parts = `${text(protocol)}//${text(hostname)}${port === undefined || port === null ? '' : `:${text(port)}`}`
  const where = typeof origin === 'string' ? origin.replace(/\/$/u, '') : parts
  const what = typeof path === 'string' ? path : text(pathname) + text(search)
  return URL.parse(where + (what === '' ? '' : rooted(what))) ?? undefined
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
