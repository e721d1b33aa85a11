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
import { headOf, type LazyUrl } from '../lazy-url.ts'
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
  const asker = new Asker(source, shared)
  return {
    name,
    call: (input, context) => asker.ask(input, context),
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

class Asker<Input, T> {
  readonly #source: FetchSource<Input, T>
  readonly #shared: Shared
  readonly #hosts = new LastHost()

  constructor(source: FetchSource<Input, T>, shared: Shared) {
    this.#source = source
    this.#shared = shared
  }

  ask(input: Input, context: SourceContext): Promise<T> {
    const { role } = this.#source
    const request = this.#source.request(input)
    const [target, own] = Array.isArray(request)
      ? (request as readonly [Request | URL | string, RequestInit])
      : [request as Request | URL | string, NO_INIT]
    const asked = targetOf(target, own)
    const host = this.#hosts.of(asked)
    if (host !== undefined) context.report(host)
    const init = withSignals(own, asked.signal, context.signal)
    const fetch = this.#shared.fetch()
    const answer = (role === undefined ? fetch : withRole(fetch, role))(target, init)
    return answer.then((response) => this.#read(response, asked, input, context))
  }

  #read(response: Response, asked: LazyUrl, input: Input, context: SourceContext): T | Promise<T> {
    const { status } = response
    // Who answers is mostly who was asked, and is then not read a second time.
    const answered = isAnswerOf(response.url, asked) ? null : URL.parse(response.url)
    context.report(answered === null ? { status } : { ...hostOf(answered), status })
    const readable = this.#source.readable?.(status) ?? response.ok
    return readable ? this.#source.read(response, input) : this.#refused(response)
  }

  async #refused(response: Response): Promise<never> {
    // Nobody reads the body of a failure; its connection is wanted.
    await FETCHED.giveUp(response)
    throw new StatusError(response.status, askedWait(FETCHED, response, this.#shared.clock))
  }
}

const NO_INIT: RequestInit = Object.freeze({})

function isAnswerOf(url: string, asked: LazyUrl): boolean {
  return url === asked.text || url === asked.url?.href
}

type NamedHost = ReturnType<typeof hostOf>

/** A source mostly asks the host that it asked before, whose origin need not be read out of each URL. */
class LastHost {
  #head: string | undefined = undefined
  #host: NamedHost | undefined = undefined

  of(asked: LazyUrl): NamedHost | undefined {
    const head = headOf(asked.text)
    if (head !== undefined && head === this.#head) return this.#host
    const { url } = asked
    if (url === undefined) return undefined
    const host = hostOf(url)
    // Only a text that begins with an origin as origins are written can be told by it.
    if (head === url.origin) {
      this.#head = head
      this.#host = host
    }
    return host
  }
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
