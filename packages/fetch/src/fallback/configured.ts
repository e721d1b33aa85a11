import {
  circuitBreaker,
  nameHint,
  OptionError,
  type CircuitBreaker,
  type Clock,
  type Recorder,
} from '@plimsoll/policies'
import type { FetchOptions, SourceOptions } from '../options.ts'
import { createFallback, type FetchFallback } from './create-fallback.ts'
import type { FetchSource } from './source.ts'

/** How the program asks a source; the rest is the configuration's to say. */
export type SourceCalls<Input, T> = Omit<
  FetchSource<Input, T>,
  'name' | 'role' | 'breaker' | 'timeoutMs'
>

/** How the program asks the sources of a fallback, by their names. */
export type CallsBySource<Input, T> = Readonly<Record<string, SourceCalls<Input, T>>>

/** Makes the fallback that the configuration calls so. */
export type MakeFallback = <Input, T>(
  name: string,
  calls: CallsBySource<Input, T>,
) => FetchFallback<Input, T>

interface Shared {
  readonly fetch: typeof globalThis.fetch
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: () => number
}

/** The fallbacks of a configuration. A source has one breaker, whichever fallback asks it. */
export function configuredFallbacks(
  { sources = {}, fallbacks = {} }: FetchOptions,
  shared: Shared,
): MakeFallback {
  const breakers = new Map<string, CircuitBreaker>()
  const breakerOf = (name: string, { breaker }: SourceOptions): CircuitBreaker | undefined => {
    if (breaker === undefined || breaker === false) return undefined
    const { recorder, clock, random } = shared
    const known =
      breakers.get(name) ??
      circuitBreaker({ ...breaker, scope: 'resolver', name, recorder, clock, random })
    breakers.set(name, known)
    return known
  }
  return <Input, T>(name: string, calls: CallsBySource<Input, T>) => {
    const order = Object.hasOwn(fallbacks, name) ? fallbacks[name] : undefined
    if (order === undefined) throw unknownName(['fallbacks', name], name, Object.keys(fallbacks))
    const asked = order.tiers.flatMap((tier) => tier.sources)
    for (const given of Object.keys(calls)) {
      if (!asked.includes(given)) throw unknownName(['calls', given], given, asked)
    }
    const source = (of: string): FetchSource<Input, T> => {
      const own = Object.hasOwn(calls, of) ? calls[of] : undefined
      if (own === undefined) {
        const problem = `fallback ${name} asks this source: say how, with request and read`
        throw new OptionError(['calls', of], own, problem, 'missing')
      }
      const { role, timeoutMs, ...rest } = sources[of] ?? {}
      const breaker = breakerOf(of, rest)
      return {
        ...own,
        // A method of a class is not among what a spread takes along.
        request: (input) => own.request(input),
        read: (response, input) => own.read(response, input),
        name: of,
        ...(role === undefined ? {} : { role }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(breaker === undefined ? {} : { breaker }),
      }
    }
    const tiers = order.tiers.map((tier) => ({
      name: tier.name,
      sources: tier.sources.map(source),
    }))
    const { deadlineMs } = order
    return createFallback({ ...shared, tiers, ...(deadlineMs === undefined ? {} : { deadlineMs }) })
  }
}

function unknownName(path: readonly string[], name: string, known: readonly string[]): OptionError {
  const hint = known.length === 0 ? 'the configuration has none' : nameHint(name, known)
  return new OptionError(path, name, `the configuration has no such name; ${hint}`, 'unknown')
}
