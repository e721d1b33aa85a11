import {
  circuitBreaker,
  type CircuitBreaker,
  type Clock,
  type Recorder,
  type Source,
  type SourceContext,
} from '@plimsoll/policies'
import { askedWait, FETCHED } from '../answer.ts'
import { withRole } from '../call-options.ts'
import type { BreakerPolicy } from '../options.ts'
import { targetOf } from '../target.ts'
import { hostOf } from '../url.ts'
import { StatusError } from './status-error.ts'

/** What a source asks for: as one would write it in `fetch(…)`. */
export type SourceRequest = Request | URL | string | readonly [Request | URL | string, RequestInit]

/** A logical provider that is asked over HTTP. */
export interface FetchSource<Input, T> {
  /** Stands on metrics: take it from configuration, not from data. */
  readonly name: string
  /** What the calls are for. @default the role of the host */
  readonly role?: string
  /** What to ask for `input`. May throw: the source then failed with `invalid_content`. */
  request(input: Input): SourceRequest
  /** Reads, and verifies, the body. Whatever it throws, the next source is asked. */
  read(response: Response, input: Input): Promise<T>
  /** Whether the value is good; one that is not counts as `rejected`. */
  accept?(value: T, input: Input): boolean | Promise<boolean>
  /** Whether the source is worth asking for this input. */
  when?(input: Input): boolean
  /** Whether a status goes to `read`; others fail. @default 200 to 299 */
  readable?(status: number): boolean
  /**
   * A breaker of the source, of its own numbers or one that is shared. It judges all that the source does, reading
   * included; while it is open the source is skipped. @default none: the hosts have theirs
   */
  readonly breaker?: CircuitBreaker | Omit<BreakerPolicy, 'failureStatuses'>
  /** Milliseconds for the call and for reading its body. @default none */
  readonly timeoutMs?: number
}

/** What the sources of a fallback share. */
export interface Shared {
  /** The fetch to use; asked each time, because the global one may be replaced. */
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  readonly random: (() => number) | undefined
  readonly recorder: Recorder | undefined
}

/** A source over HTTP as one that policies know. */
export function httpSource<Input, T>(
  source: FetchSource<Input, T>,
  shared: Shared,
): Source<Input, T> {
  const { name, timeoutMs } = source
  return {
    name,
    call: (input, context) => ask(source, input, context, shared),
    breaker: breakerOf(source, shared),
    accept: (value, input) => source.accept?.(value, input) ?? true,
    when: (input) => source.when?.(input) ?? true,
    timeoutMs,
  }
}

function breakerOf<Input, T>(
  { name, breaker }: FetchSource<Input, T>,
  { clock, random, recorder }: Shared,
): CircuitBreaker | undefined {
  if (breaker === undefined || 'admit' in breaker) return breaker
  return circuitBreaker({ ...breaker, scope: 'resolver', name, clock, random, recorder })
}

async function ask<Input, T>(
  source: FetchSource<Input, T>,
  input: Input,
  context: SourceContext,
  shared: Shared,
): Promise<T> {
  const request = source.request(input)
  const [target, own] = Array.isArray(request)
    ? (request as readonly [Request | URL | string, RequestInit])
    : [request as Request | URL | string, {}]
  const { url, signal } = targetOf(target, own)
  if (url !== undefined) context.report(hostOf(url))
  const init = withSignals(own, signal, context.signal)
  const { role } = source
  const fetch = role === undefined ? shared.fetch() : withRole(shared.fetch(), role)
  const response = await fetch(target, init)
  // Who answers is mostly who was asked, and is then not read a second time.
  const answered = response.url === url?.href ? null : URL.parse(response.url)
  context.report({ ...(answered === null ? {} : hostOf(answered)), status: response.status })
  const readable = source.readable?.(response.status) ?? response.ok
  if (readable) return source.read(response, input)
  // Nobody reads the body of a failure; its connection is wanted.
  await FETCHED.giveUp(response)
  throw new StatusError(response.status, askedWait(FETCHED, response, shared.clock))
}

function withSignals(
  init: RequestInit,
  own: AbortSignal | undefined,
  given: AbortSignal | undefined,
): RequestInit {
  if (own === undefined && given === undefined) return init
  const signals = [own, given].filter((signal) => signal !== undefined)
  return { ...init, signal: AbortSignal.any(signals) }
}
