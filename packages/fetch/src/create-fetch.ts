import {
  guarded,
  processRecorder,
  systemClock,
  type RetryTally,
  type Subject,
} from '@plimsoll/policies'
import { processTracing } from '@plimsoll/telemetry'
import type { Dispatcher } from 'undici'
import { Attempts } from './attempts.ts'
import {
  cacheRecord,
  callRecord,
  isIntegrityMismatch,
  subjectOf,
  type Ending,
} from './call-record.ts'
import { callOptionsOf, type CallOptions } from './call-options.ts'
import { callState, type CallState } from './call-state.ts'
import type { ExchangeDeps } from './dispatch/exchange.ts'
import { dispatchStack, type Stack } from './dispatch/stack.ts'
import { hostRegistry, type HostState } from './hosts/host-registry.ts'
import type { CacheOptions, FetchOptions } from './options.ts'
import { asFetch, lowestFetch, type AnyFetch } from './platform.ts'
import { initMembers, measuredTarget, type Target } from './target.ts'
import { hashUrl } from './url.ts'
import { validateFetchOptions } from './validate-options.ts'

/**
 * A standard `fetch` under policies. It takes and gives the platform's own `Request`, `Response` and `FormData`, and lets
 * the platform do everything that fetch is; only the exchanges below it pass cache, breakers, limiter and time limits, by
 * a dispatcher for that call alone.
 *
 * Rejects with the platform's errors, with the caller's own abort reason, or with a `PlimsollError`:
 * `ERR_PLIMSOLL_CIRCUIT_OPEN`, `ERR_PLIMSOLL_RATE_LIMITED`, `ERR_PLIMSOLL_TIMEOUT`, `ERR_PLIMSOLL_DEADLINE`. A body that
 * is corrupt fails while it is read, with a `TypeError` whose `cause` is an `ERR_PLIMSOLL_CORRUPT_BODY`.
 *
 * @throws {OptionError} `ERR_PLIMSOLL_OPTION_INVALID` for a bad option
 */
export function createFetch(options: FetchOptions = {}): typeof globalThis.fetch {
  validateFetchOptions(options)
  const surroundings = surroundingsOf(options)
  const { below } = surroundings
  return asFetch((input, init, extra) => {
    // What is no dictionary is refused by the platform, in the platform's words.
    if (init !== undefined && init !== null && typeof init !== 'object') return below(input, init)
    const target = measuredTarget(input, init)
    if (target === undefined) return below(input, init)
    return new PolicedCall(surroundings, input, init ?? {}, target, callOptionsOf(extra)).run()
  }, below)
}

interface Surroundings extends ExchangeDeps {
  readonly below: AnyFetch
  readonly stack: Stack
  readonly cacheRoles: ReadonlySet<string> | undefined
  readonly cacheOn: boolean
  readonly hash: (url: URL) => string
}

function surroundingsOf(options: FetchOptions): Surroundings {
  const clock = options.clock ?? systemClock
  const recorder = guarded(options.recorder ?? processRecorder)
  const random = options.random ?? Math.random
  const deps: ExchangeDeps = {
    clock,
    recorder,
    tracing: processTracing,
    hostOf: hostRegistry(options, { clock, recorder, random }),
    redact: options.redact ?? {},
    verifyDigests: options.integrity ?? true,
  }
  const cache = cacheOf(options.cache)
  const { urlHashKey } = options
  return {
    ...deps,
    below: lowestFetch(options.fetch),
    stack: dispatchStack(deps, cache, options.dispatcher),
    cacheOn: cache !== undefined,
    cacheRoles: cache?.roles === undefined ? undefined : new Set(cache.roles),
    hash: (url) => hashUrl(url, urlHashKey),
  }
}

function cacheOf(cache: boolean | CacheOptions | undefined): CacheOptions | undefined {
  if (cache === undefined || cache === false) return undefined
  return cache === true ? {} : cache
}

/** One call: from the program's `fetch()` to the headers of its answer. */
class PolicedCall {
  readonly #around: Surroundings
  readonly #input: unknown
  readonly #init: object
  readonly #target: Target
  readonly #host: HostState | undefined
  readonly #call: CallState
  readonly #subject: Subject
  readonly #startMs: number
  readonly #cached: boolean
  #tally: RetryTally | undefined

  constructor(
    around: Surroundings,
    input: unknown,
    init: object,
    target: Target,
    { role, breaker }: CallOptions,
  ) {
    this.#around = around
    this.#input = input
    this.#init = init
    this.#target = target
    this.#host = target.url === undefined ? undefined : around.hostOf(target.url.origin)
    this.#startMs = around.clock.now()
    const deadlineMs = this.#host?.deadlineMs ?? Infinity
    const ownRole = role ?? this.#host?.role
    this.#call = callState({
      role: ownRole,
      signal: target.signal,
      deadlineMs,
      deadlineAtMs: this.#startMs + deadlineMs,
      sourceBreaker: breaker,
      noStore: target.noStore,
    })
    this.#subject = subjectOf(target, ownRole)
    this.#cached = around.cacheOn && (around.cacheRoles?.has(ownRole ?? '') ?? true)
  }

  async run(): Promise<Response> {
    const { recorder, tracing } = this.#around
    recorder.record({ kind: 'call_start' })
    const { address, port, role } = this.#subject
    const span = tracing.startCall({ method: this.#target.method, address, port, role })
    let ending: Ending | undefined
    try {
      const response = await span.run(() => this.#send())
      ending = { response }
      return response
    } catch (error) {
      ending = { error }
      throw error
    } finally {
      if (ending !== undefined) span.end(this.#report(ending))
    }
  }

  async #send(): Promise<Response> {
    const around = this.#around
    const init = initMembers(this.#init)
    const base = init['dispatcher'] as Dispatcher | undefined
    const dispatcher = around.stack.of(this.#call, this.#cached, base)
    const attempts = new Attempts({
      call: this.#call,
      clock: around.clock,
      recorder: around.recorder,
      host: this.#host,
      target: this.#target,
      send: () => around.below(this.#input, { ...init, dispatcher }),
    })
    try {
      return await attempts.run()
    } finally {
      this.#tally = attempts.tally
    }
  }

  #report(ending: Ending): ReturnType<typeof callRecord> {
    const { clock, hash, recorder } = this.#around
    const { url, method } = this.#target
    const durationMs = clock.now() - this.#startMs
    const call = this.#call
    const record = callRecord(call, {
      subject: this.#subject,
      method,
      ending,
      urlHash: url && (() => hash(url)),
      tally: this.#tally,
      durationMs,
    })
    if ('error' in ending && isIntegrityMismatch(ending.error)) {
      recorder.record({ kind: 'corruption', subject: this.#subject, reason: 'digest' })
    }
    const cache = cacheRecord(call, this.#subject)
    if (cache !== undefined) recorder.record(cache)
    recorder.record(record)
    return record
  }
}
