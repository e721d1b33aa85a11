import {
  callable,
  fields,
  having,
  listOf,
  nameHint,
  numberIn,
  OptionError,
  oneOf,
  positiveDuration,
  text,
  type Check,
  type OptionPath,
} from '@plimsoll/policies'
import { defaultsOf, parsePattern, resolved } from './hosts/pattern.ts'
import type { ChangeableOptions, FetchOptions, HostOptions } from './options.ts'
import { breaker, hostOptions, policies, sourceBreaker } from './validate-policies.ts'

const flag = oneOf(true, false)
const count = numberIn({ atLeast: 1, integer: true })
const bytes = numberIn({ atLeast: 1, integer: true, unit: 'bytes' })

const profiles: Check = (value, path) => {
  for (const [name, set] of entriesOf(value, path, 'expected policies by name of a profile')) {
    policies(set, [...path, name])
  }
}

const hosts: Check = (value, path) => {
  for (const [pattern, own] of entriesOf(value, path, 'expected policies by host')) {
    if (parsePattern(pattern) === undefined) {
      throw new OptionError(
        [...path, pattern],
        pattern,
        'expected a host such as api.example.org, api.example.org:8443, *.example.org or 127.0.0.1:*',
      )
    }
    hostOptions(own, [...path, pattern])
  }
}

const sourceOptions = fields({
  role: text,
  breaker: sourceBreaker,
  timeoutMs: positiveDuration,
})
const sources: Check = (value, path) => {
  for (const [name, own] of entriesOf(value, path, 'expected options by name of a source')) {
    sourceOptions(own, [...path, name])
  }
}

/** A list in which no two are the same by `nameOf`: names tell series apart. */
function different(check: Check, nameOf: (element: unknown) => unknown): Check {
  const list = listOf(check, 1)
  return (value, path) => {
    list(value, path)
    const names = (value as readonly unknown[]).map((element) => nameOf(element))
    const again = names.findIndex((name, index) => names.indexOf(name) < index)
    if (again !== -1) throw new OptionError([...path, again], names[again], 'expected a new name')
  }
}

const tier = fields({ name: text, sources: different(text, (name) => name) }, ['name', 'sources'])
const tiers = different(tier, (one) => (one as { readonly name: string }).name)
const order = fields({ deadlineMs: positiveDuration, tiers }, ['tiers'])
const fallbacks: Check = (value, path) => {
  for (const [name, own] of entriesOf(value, path, 'expected tiers by name of a fallback')) {
    order(own, [...path, name])
  }
}

/** That each source of a tier is there. */
function checkSources(
  { fallbacks: all = {}, sources: known = {} }: FetchOptions,
  path: OptionPath,
): void {
  for (const [name, { tiers: list }] of Object.entries(all)) {
    for (const [index, { sources: asked }] of list.entries()) {
      for (const [at, source] of asked.entries()) {
        if (Object.hasOwn(known, source)) continue
        const names = Object.keys(known)
        const hint = names.length === 0 ? 'there are no sources' : nameHint(source, names)
        const place = [...path, 'fallbacks', name, 'tiers', index, 'sources', at]
        throw new OptionError(place, source, `there is no such source; ${hint}`)
      }
    }
  }
}

function entriesOf(value: unknown, path: OptionPath, expected: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value)
  }
  throw new OptionError(path, value, expected)
}

/** What no option shows by itself: that profiles are there, and that what a host inherits fits what it says. */
function checkTogether(options: ChangeableOptions, path: OptionPath): void {
  const known = Object.keys(options.profiles ?? {})
  const named = (own: HostOptions, at: OptionPath): void => {
    if (own.profile === undefined || known.includes(own.profile)) return
    const hint = known.length === 0 ? 'there are no profiles' : nameHint(own.profile, known)
    throw new OptionError([...at, 'profile'], own.profile, `there is no such profile; ${hint}`)
  }
  named(options.defaults ?? {}, [...path, 'defaults'])
  const defaults = defaultsOf(options)
  if (defaults.breaker !== undefined) breaker(defaults.breaker, [...path, 'defaults', 'breaker'])
  for (const [pattern, own] of Object.entries(options.hosts ?? {})) {
    const at = [...path, 'hosts', pattern]
    named(own, at)
    const whole = resolved(defaults, own, options)
    if (whole.breaker !== undefined) breaker(whole.breaker, [...at, 'breaker'])
  }
}

const cacheFields = fields({
  maxEntries: count,
  maxBytes: bytes,
  maxEntryBytes: bytes,
  type: oneOf('shared', 'private'),
  roles: listOf(text, 1),
})

const cache: Check = (value, path) => {
  if (typeof value !== 'boolean') cacheFields(value, path)
}

const key: Check = (value, path) => {
  if (!(value instanceof Uint8Array) || value.byteLength < 16) {
    throw new OptionError(path, value, 'expected a Uint8Array of at least 16 bytes')
  }
}

const CHANGEABLE = { defaults: hostOptions, hosts, profiles }
const checkChangeable = fields(CHANGEABLE)
const check = fields({
  ...CHANGEABLE,
  sources,
  fallbacks,
  cache,
  integrity: flag,
  redact: fields({ allowQuery: listOf(text), allowPath: flag }),
  maxHosts: count,
  fetch: callable,
  dispatcher: having('an undici dispatcher', 'dispatch'),
  urlHashKey: key,
  recorder: having('a recorder', 'record'),
  clock: having('a clock', 'now', 'epoch', 'sleep'),
  random: callable,
})

/**
 * Throws for the first option of `createFetch` that is wrong, an unknown one included. `path` of the error leads to it,
 * from where `path` begins, so that a reader of a file can find its line.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function validateFetchOptions(
  options: unknown,
  path: OptionPath = [],
): asserts options is FetchOptions {
  check(options, path)
  checkTogether(options as FetchOptions, path)
  checkSources(options as FetchOptions, path)
}

/**
 * As {@link validateFetchOptions}, for what can change while a client works.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function validateChangeable(
  options: unknown,
  path: OptionPath = [],
): asserts options is ChangeableOptions {
  checkChangeable(options, path)
  checkTogether(options as ChangeableOptions, path)
}
