import type { HostRegistry } from './hosts/host-registry.ts'
import type { HostState } from './hosts/host-state.ts'
import type { Target } from './target.ts'
import { isHttp } from './url.ts'

/** A target whose host is found: mostly without reading its URL, which costs as much as all policies together. */
export interface PolicedTarget extends Target {
  /** Undefined where the URL cannot be read. */
  readonly host: HostState | undefined
  /** Scheme, name and port. */
  readonly origin: string | undefined
  /** The URL as it was given or, where it had to be read, as it was read. */
  readonly asked: string | URL | undefined
}

/** A URL that is read when it is first asked for. */
export abstract class LazyUrl {
  host: HostState | undefined = undefined
  origin: string | undefined = undefined
  readonly text: string | undefined
  #url: URL | null | undefined = undefined

  constructor(text: string | undefined) {
    this.text = text
  }

  get url(): URL | undefined {
    if (this.#url === undefined) this.#url = this.text === undefined ? null : URL.parse(this.text)
    return this.#url ?? undefined
  }

  get asked(): string | URL | undefined {
    // Once it was read it need not be read again for its hash.
    return this.#url === undefined ? this.text : (this.#url ?? undefined)
  }
}

/**
 * Finds the host of a target. A text that begins with the origin of a host known already, as origins are written, and goes
 * on with a slash, can only be a URL of that origin. Undefined for a URL of another scheme.
 */
export function withHost<T extends LazyUrl & Target>(
  target: T,
  hosts: HostRegistry,
): (T & PolicedTarget) | undefined {
  const head = headOf(target.text)
  if (head !== undefined) {
    target.host = hosts.known(head)
    target.origin = head
    if (target.host !== undefined) return target
  }
  const { url } = target
  target.origin = url?.origin
  if (url === undefined) return target
  if (!isHttp(url)) return undefined
  target.host = hosts.of(url.origin)
  return target
}

/** The text up to its first slash after the scheme: the origin, where it is written as origins are. */
export function headOf(text: string | undefined): string | undefined {
  const slash = text?.indexOf('/', AFTER_SCHEME) ?? -1
  return slash === -1 ? undefined : text?.slice(0, slash)
}

/** No slash of a scheme comes later. */
const AFTER_SCHEME = 'https://'.length
