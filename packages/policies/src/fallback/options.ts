import type { CircuitBreaker } from '../breaker/breaker.ts'
import {
  callable,
  COMMON_CHECKS,
  fields,
  having,
  listOf,
  OptionError,
  positiveDuration,
  text,
  type Check,
  type OptionPath,
} from '../options.ts'
import type { CallContext, PolicyOptions } from '../policy.ts'

/** What a source learnt about the exchange, for its record. */
export interface SourceReport {
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly status?: number | undefined
}

export interface SourceContext extends CallContext {
  /** Tells which host was asked and what it said; later reports add to earlier ones. */
  readonly report: (exchange: SourceReport) => void
}

/** A logical provider that may serve an input. */
export interface Source<Input, T> {
  /** Stands on metrics: take it from configuration, not from data. */
  readonly name: string
  call(input: Input, context: SourceContext): Promise<T>
  /** While it is open the source is skipped. Its scope is usually `resolver`. */
  readonly breaker?: CircuitBreaker | undefined
  /** Whether the value is good; one that is not counts as `rejected` and the next source is asked. */
  accept?(value: T, input: Input): boolean | Promise<boolean>
  /** Whether the source is worth asking for this input. */
  when?(input: Input): boolean
  /** Milliseconds for the call and for `accept`. @default none */
  readonly timeoutMs?: number | undefined
}

/** Sources of equal worth; asked in order. */
export interface Tier<Input, T> {
  /** Stands on metrics: take it from configuration, not from data. */
  readonly name: string
  readonly sources: readonly Source<Input, T>[]
}

export interface FallbackOptions<Input, T> extends PolicyOptions {
  /** The best tier first. */
  readonly tiers: readonly Tier<Input, T>[]
  /** Milliseconds for all tiers together; what is then left is skipped. @default none */
  readonly deadlineMs?: number | undefined
}

export interface FallbackRunOptions {
  /** The work item, for the records. */
  readonly workId?: string | undefined
  /** The artifact, for the records. */
  readonly artifactId?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for this run, instead of the option's. */
  readonly deadlineMs?: number | undefined
}

const sourceFields = fields(
  {
    name: text,
    call: callable,
    breaker: having('a circuit breaker', 'admit', 'run'),
    accept: callable,
    when: callable,
    timeoutMs: positiveDuration,
  },
  ['name', 'call'],
)

const check = fields(
  {
    ...COMMON_CHECKS,
    deadlineMs: positiveDuration,
    tiers: named(fields({ name: text, sources: named(sourceFields) }, ['name', 'sources'])),
  },
  ['tiers'],
)

/**
 * Throws an `OptionError` that names the place, under `path`, and the value of the first option that is wrong.
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID`
 */
export function checkFallbackOptions(options: unknown, path: OptionPath = ['fallback']): void {
  check(options, path)
}

/** A list of at least one, whose names differ: they tell the series apart. */
function named(check: Check): Check {
  const list = listOf(check, 1)
  return (value, path) => {
    list(value, path)
    const seen = new Set<string>()
    for (const [index, { name }] of (value as readonly { name: string }[]).entries()) {
      if (seen.has(name))
        throw new OptionError([...path, index, 'name'], name, 'expected a new name')
      seen.add(name)
    }
  }
}
