import { ERROR_TYPES } from '@plimsoll/semconv'

/** What stands for a value that came after its cap was reached. */
const OTHER: string = ERROR_TYPES.other

/** A host as metrics know it. The same object for the same host, so that it serves as a key. */
export interface Host {
  readonly address: string | undefined
  readonly port: number | undefined
}

const NO_HOST: Host = { address: undefined, port: undefined }
const OTHER_HOST: Host = { address: OTHER, port: undefined }

/**
 * Tells the first `maxHosts` pairs of address and port apart, for good; all others are one host `_OTHER` without a port.
 * A forgotten host would make room for a new series, and memory would grow with the hosts ever seen.
 */
export function hostCap(maxHosts: number): (address?: string, port?: number) => Host {
  const known = new Map<string, Map<number | undefined, Host>>()
  let count = 0
  let last = NO_HOST
  return (address, port) => {
    if (address === undefined) return NO_HOST
    if (address === last.address && port === last.port) return last
    const ports = known.get(address)
    const host = ports?.get(port)
    if (host !== undefined) return (last = host)
    if (count >= maxHosts) return OTHER_HOST
    count += 1
    const added = { address, port }
    if (ports === undefined) known.set(address, new Map([[port, added]]))
    else ports.set(port, added)
    return added
  }
}

/** Tells the first `maxNames` names apart, for good; all others are `_OTHER`. */
export function nameCap(maxNames: number): (name: string | undefined) => string | undefined {
  const known = new Set<string>()
  return (name) => {
    if (name === undefined || known.has(name)) return name
    if (known.size >= maxNames) return OTHER
    known.add(name)
    return name
  }
}
