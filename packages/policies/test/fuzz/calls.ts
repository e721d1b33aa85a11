import type { CallContext } from '@plimsoll/policies'
import { Refused, type EpisodeSettings, type GuardedHost } from './guarded-host.ts'
import type { Random } from './random.ts'

/** One attempt under way, and how to end it. */
interface Attempt {
  readonly call: TrackedCall
  resolve(value: string): void
  reject(error: unknown): void
}

interface TrackedCall {
  readonly caller: AbortController
  readonly startedMs: number
  attempts: number
  /** Before this moment it must not be tried again. */
  notBeforeMs: number
  settled: boolean
  aborted: boolean
  last: { readonly value: string } | { readonly error: unknown } | undefined
}

/** The program that calls the host, and the host that answers; both do what the seed says. */
export class Calls {
  readonly #host: GuardedHost
  readonly #settings: EpisodeSettings
  readonly #random: Random
  readonly #open = new Set<TrackedCall>()
  readonly #attempts: Attempt[] = []
  started = 0

  constructor(host: GuardedHost, settings: EpisodeSettings, random: Random) {
    this.#host = host
    this.#settings = settings
    this.#random = random
  }

  get open(): number {
    return this.#open.size
  }

  begin(): void {
    const host = this.#host
    const call: TrackedCall = {
      caller: new AbortController(),
      startedMs: host.clock.now(),
      attempts: 0,
      notBeforeMs: -Infinity,
      settled: false,
      aborted: false,
      last: undefined,
    }
    this.started++
    this.#open.add(call)
    const { signal } = call.caller
    host
      .run((context) => this.#attempt(call, context), { signal })
      .then(
        (value) => this.#settled(call, { value }),
        (error: unknown) => this.#settled(call, { error }),
      )
  }

  /** The host answers one of the attempts that wait. */
  answer(): void {
    const attempt = this.#take()
    if (attempt === undefined) return
    if (this.#random.chance(0.5)) {
      attempt.call.last = { value: 'fine' }
      attempt.resolve('fine')
      return
    }
    const retryAfterMs = this.#random.pick([undefined, undefined, 0, 300, 5_000, 90_000])
    const error = new Refused(retryAfterMs)
    attempt.call.last = { error }
    attempt.call.notBeforeMs = this.#host.clock.now() + (retryAfterMs ?? 0)
    attempt.reject(error)
  }

  /** The program gives up one of its calls. */
  abort(): void {
    const open = [...this.#open]
    const call = open[this.#random.below(Math.max(1, open.length))]
    if (call === undefined) return
    call.aborted = true
    call.caller.abort('off')
  }

  /** Ends all that is under way. */
  end(): void {
    for (const call of this.#open) call.caller.abort('the end')
    for (const attempt of this.#attempts.splice(0)) attempt.reject(new Error('the end'))
  }

  /** What must hold between any two steps. */
  check(): void {
    for (const call of this.#open) {
      if (call.aborted) this.#host.fault('a call lives on after it was aborted')
      const { totalTimeoutMs = Infinity } = this.#settings.retry
      if (this.#host.clock.now() > call.startedMs + totalTimeoutMs) {
        this.#host.fault('a call lives on after its deadline')
      }
    }
  }

  #attempt(call: TrackedCall, context: CallContext): Promise<string> {
    const host = this.#host
    call.attempts++
    if (call.settled) host.fault('a call that is over is tried again')
    if (call.aborted) host.fault('a call that was aborted is tried again')
    if (context.signal?.aborted === true)
      host.fault('an attempt begins with a signal that is aborted')
    if (call.attempts > this.#settings.retry.maxRetries + 1) host.fault('a call is tried too often')
    if (host.clock.now() < call.notBeforeMs) host.fault('a call is tried before its Retry-After')
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#attempts.push({ call, resolve, reject })
    return promise
  }

  #take(): Attempt | undefined {
    const index = this.#random.below(Math.max(1, this.#attempts.length))
    return this.#attempts.splice(index, 1)[0]
  }

  #settled(
    call: TrackedCall,
    outcome: { readonly value: string } | { readonly error: unknown },
  ): void {
    const host = this.#host
    if (call.settled) host.fault('a call ends twice')
    call.settled = true
    this.#open.delete(call)
    if ('value' in outcome) {
      if (call.last === undefined || !('value' in call.last))
        host.fault('a call has a value that no attempt had')
      return
    }
    if (call.aborted && outcome.error !== 'off')
      host.fault('an aborted call ends in another reason')
    if (!call.aborted && call.last !== undefined && 'value' in call.last) {
      const { totalTimeoutMs } = this.#settings.retry
      if (totalTimeoutMs === undefined) host.fault('a call whose attempt was good fails')
    }
  }
}
