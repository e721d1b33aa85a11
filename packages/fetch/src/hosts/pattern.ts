import type { ChangeableOptions, HostOptions } from '../options.ts'

/** `name` or `*.name`, or an IPv6 address in brackets; then, if anything, a port or `*` for each. */
const PATTERN =
  /^(?<star>\*\.)?(?<name>\*|\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::(?<port>\d{1,5}|\*))?$/iu

interface Pattern {
  readonly wildcard: boolean
  /** Without brackets, in lower case; for a wildcard, the suffix behind the dot. */
  readonly name: string
  readonly port: number | undefined
}

/** Reads a key of `hosts`; undefined when it is none. */
export function parsePattern(text: string): Pattern | undefined {
  const groups = PATTERN.exec(text)?.groups
  if (groups === undefined) return undefined
  const name = (groups['name'] ?? '').toLowerCase()
  const port = groups['port'] === undefined || groups['port'] === '*' ? undefined : groups['port']
  if (port !== undefined && Number(port) > 65_535) return undefined
  if (name === '*') {
    return groups['star'] === undefined
      ? { wildcard: true, name: '', port: port === undefined ? undefined : Number(port) }
      : undefined
  }
  return {
    wildcard: groups['star'] !== undefined,
    name: name.startsWith('[') ? name.slice(1, -1) : name,
    port: port === undefined ? undefined : Number(port),
  }
}

/** Finds the policies of a host: by the most exact pattern, an exact name before a suffix, a longer suffix before a shorter, a port before none. */
export function policyFinder(
  options: ChangeableOptions,
): (address: string, port: number) => ResolvedPolicies {
  const defaults = defaultsOf(options)
  const known = Object.entries(options.hosts ?? {})
    .flatMap(([text, own]) => {
      const pattern = parsePattern(text)
      return pattern === undefined ? [] : [{ pattern, policies: resolved(defaults, own, options) }]
    })
    .sort((left, right) => exactness(right.pattern) - exactness(left.pattern))
  return (address, port) => {
    const name = address.toLowerCase()
    return known.find(({ pattern }) => fits(pattern, name, port))?.policies ?? defaults
  }
}

/** What holds for a host, with nothing left to look up. */
export type ResolvedPolicies = Omit<HostOptions, 'profile'>

/** What holds for a host that no pattern fits. */
export function defaultsOf(options: ChangeableOptions): ResolvedPolicies {
  return resolved({}, options.defaults ?? {}, options)
}

/** A host's own words over its profile's, over the defaults. */
export function resolved(
  defaults: ResolvedPolicies,
  { profile, ...own }: HostOptions,
  { profiles = {} }: ChangeableOptions,
): ResolvedPolicies {
  const named = profile !== undefined && Object.hasOwn(profiles, profile) ? profiles[profile] : {}
  return merged(merged(defaults, named ?? {}), own)
}

function exactness(pattern: Pattern): number {
  const name = pattern.wildcard ? pattern.name.length : 1_000
  return name * 2 + (pattern.port === undefined ? 0 : 1)
}

function fits(pattern: Pattern, name: string, port: number): boolean {
  if (pattern.port !== undefined && pattern.port !== port) return false
  if (!pattern.wildcard) return pattern.name === name
  return pattern.name === '' || name.endsWith(`.${pattern.name}`)
}

/**
 * One set of policies over another, option by option; `false` switches a whole policy off. Without a prototype: what a
 * program, or somebody through it, adds to `Object.prototype` is nobody's policy.
 */
function merged(defaults: ResolvedPolicies, own: ResolvedPolicies): ResolvedPolicies {
  return Object.assign(Object.create(null) as ResolvedPolicies, {
    ...defaults,
    ...own,
    ...policy('limiter', defaults.limiter, own.limiter),
    ...policy('breaker', defaults.breaker, own.breaker),
    ...policy('retry', defaults.retry, own.retry),
  })
}

function policy<Name extends string, Value extends object>(
  name: Name,
  inherited: Value | false | undefined,
  own: Value | false | undefined,
): { readonly [key in Name]?: Value | false } {
  if (typeof own !== 'object' || typeof inherited !== 'object') return {}
  return { [name]: { ...inherited, ...own } } as { readonly [key in Name]?: Value }
}
