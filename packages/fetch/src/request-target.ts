import { stringify } from 'node:querystring'
import { isPoliced } from './dispatch/policed.ts'
import { isReplayable, signalOf, type Target } from './target.ts'
import { isHttp } from './url.ts'

type Members = { readonly [name: string]: unknown }

/**
 * What undici's `request(url, options)` asks for, read without changing anything of it; undefined where that is not for
 * us to measure. What undici will refuse is a target without a URL.
 */
export function requestTarget(url: unknown, options: Members): Target | undefined {
  if (isPoliced(options)) return undefined
  const { method, body, signal } = options
  const empty = body === undefined || body === null
  return {
    url: urlOf(url, options),
    method: typeof method === 'string' && method !== '' ? method : body ? 'PUT' : 'GET',
    signal: signalOf(signal),
    replayable: empty || isReplayable(body),
    noStore: false,
  }
}

function urlOf(given: unknown, { path, query }: Members): URL | undefined {
  const base = baseOf(given)
  if (base === undefined || !isHttp(base)) return undefined
  const url = typeof path === 'string' ? URL.parse(base.origin + rooted(path)) : base
  if (url === null || typeof query !== 'object' || query === null) return url ?? undefined
  const full = new URL(url)
  full.search = stringify(query as Parameters<typeof stringify>[0])
  return full
}

/** undici takes a string, a URL, or an object of parts like `url.parse` makes. */
function baseOf(given: unknown): URL | undefined {
  if (typeof given === 'string') return URL.parse(given) ?? undefined
  // A copy: the program may change its own while the call is under way.
  if (given instanceof URL) return new URL(given)
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
