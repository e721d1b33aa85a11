import { callUntilAborted } from '../abort.ts'
import { numberIn } from '../options.ts'
import {
  contextOf,
  surroundingsOf,
  type Call,
  type CallContext,
  type Policy,
  type Surroundings,
} from '../policy.ts'
import type { Subject } from '../record.ts'
import { Line } from './line.ts'
import type { RateRule } from './ledger.ts'
import {
  checkLimiterUpdate,
  checkLimiterOptions,
  LIMITER_DEFAULTS,
  type LimiterNumbers,
  type LimiterOptions,
  type LimiterUpdate,
} from './options.ts'
import { RateReports } from './reports.ts'
import {
  termsOf,
  type Acquired,
  type AcquireRequest,
  type LimiterState,
  type RateRequest,
  type Refusal,
  type Reservation,
  type Terms,
  type TermsDefaults,
} from './request.ts'
import { FreePlace, PromisedPlace } from './reservation.ts'
import { pauseShared, waitShared, type Shared } from './shared.ts'
import { allowed, refusal, waitInLine, type Desk, type Wait } from './wait.ts'

/** Spaces requests out to a rate, and says before a wait how long it will be. */
export interface RateLimiter extends Policy {
  /**
   * Decides at once: a moment to go, or a refusal. Knows nothing of a shared store.
   * @throws {OptionError} for a wait or a cost that cannot be
   */
  reserve(request?: RateRequest): Reservation | Refusal
  /**
   * Waits for its turn, first come, first served. Rejects at once with `ERR_PLIMSOLL_RATE_LIMITED` (`retryAfterMs`) when
   * the wait would be longer than allowed, or with the signal's reason when that aborts; its turn is then free again.
   */
  acquire(request?: AcquireRequest): Promise<Acquired>
  /**
   * Goes, if it may go at once: what most requests do, and then without a promise. Otherwise false, and it is as if it
   * had not been asked: `acquire` says what to wait for. With a shared store always false.
   * @throws {OptionError} for a wait or a cost that cannot be
   */
  acquireNow(request?: AcquireRequest): boolean
  /**
   * Lets nobody go before `ms` on the limiter's clock, as a server's `Retry-After` asks; never shortens an earlier pause.
   * Who waits and cannot wait so long is refused; a moment that `reserve` has promised stays.
   */
  pauseUntil(ms: number): void
  /** How busy it is now. */
  state(): LimiterState
  /**
   * Goes by these numbers from now on; what is absent has its default. What was let through counts as before and what is
   * promised stays, so that no stretch of time across the change holds more than the smaller burst and each rate for its
   * time. Who waits keeps its place in the line, or is refused where the wait has become too long for it. With `false` the limit is lifted: who
   * waits goes at once, and nothing is counted until numbers come again. The limit of a shared store is the store's own.
   * @throws {OptionError} for a bad number; then nothing has changed
   */
  update(to: LimiterUpdate | false): void
  /** Refuses everybody who waits. */
  dispose(): void
}

/**
 * A rate limiter by the generic cell rate algorithm: in any stretch of `t` seconds at most `burst + rate · t` requests go.
 * @throws {OptionError} for a bad option
 */
export function rateLimiter(options: LimiterOptions): RateLimiter {
  checkLimiterOptions(options)
  return new Limiter(options)
}

const NO_WAIT: Acquired = Object.freeze({ delayMs: 0, waitedMs: 0 })
const moment = numberIn({ unit: 'milliseconds on the clock', infinite: true })

class Limiter implements RateLimiter {
  #surroundings: Surroundings
  #defaults: TermsDefaults
  #usual: Terms
  #desk: Desk
  readonly #line: Line
  readonly #shared: Shared | undefined
  #lifted = false

  constructor(options: LimiterOptions) {
    this.#surroundings = surroundingsOf(options)
    this.#defaults = defaultsOf(options, this.#surroundings.subject)
    this.#usual = termsOf({}, this.#defaults)
    this.#desk = deskOf(this.#surroundings, this.#defaults)
    this.#line = new Line(ruleOf(this.#defaults), this.#desk.clock)
    this.#shared = options.store && { store: options.store, onError: options.onStoreError }
  }

  update(to: LimiterUpdate | false): void {
    if (to === false) {
      this.#lifted = true
      this.#line.release()
      return
    }
    checkLimiterUpdate(to)
    this.#lifted = false
    const { subject = this.#surroundings.subject } = to
    this.#surroundings = { ...this.#surroundings, subject }
    this.#defaults = defaultsOf(to, subject)
    this.#usual = termsOf({}, this.#defaults)
    this.#desk = deskOf(this.#surroundings, this.#defaults)
    this.#line.change(ruleOf(this.#defaults), this.#desk.clock.now())
  }

  state(): LimiterState {
    if (this.#lifted) return { queued: 0, delayMs: 0 }
    const nowMs = this.#desk.clock.now()
    const delayMs = this.#line.offer(nowMs, this.#usual.costMs) - nowMs
    return { queued: this.#line.size, delayMs }
  }

  reserve(request?: RateRequest): Reservation | Refusal {
    const terms = request === undefined ? this.#usual : termsOf(request, this.#defaults)
    if (this.#lifted) return new FreePlace(this.#desk, terms)
    const nowMs = this.#desk.clock.now()
    const atMs = this.#line.offer(nowMs, terms.costMs)
    const delayMs = atMs - nowMs
    if (delayMs > terms.maxDelayMs) {
      const result = terms.probe ? 'head_skipped' : 'blocked'
      this.#desk.reports.decision(result, terms, delayMs, 0)
      return { granted: false, result, delayMs }
    }
    const place = new PromisedPlace(this.#desk, this.#line, terms, nowMs, atMs)
    this.#line.promise(place, atMs)
    return place
  }

  acquireNow(request?: AcquireRequest): boolean {
    if (this.#shared !== undefined || request?.signal?.aborted === true) return false
    const terms = request === undefined ? this.#usual : termsOf(request, this.#defaults)
    return this.#goesAtOnce(terms, this.#desk.clock.now(), request?.deadlineMs ?? Infinity)
  }

  async acquire(request?: AcquireRequest): Promise<Acquired> {
    const terms = request === undefined ? this.#usual : termsOf(request, this.#defaults)
    const { signal, deadlineMs = Infinity } = request ?? {}
    if (signal?.aborted === true) {
      this.#desk.reports.decision('canceled', terms, 0, 0)
      throw signal.reason
    }
    const startMs = this.#desk.clock.now()
    if (this.#shared === undefined || this.#lifted)
      return this.#acquireHere(terms, startMs, deadlineMs, signal)
    const cost = terms.costMs / this.#defaults.intervalMs
    const wait = { terms, startMs, delayMs: 0, deadlineMs, signal }
    const shared = await waitShared(this.#desk, this.#shared, cost, wait)
    return shared ?? this.#acquireHere(terms, this.#desk.clock.now(), deadlineMs, signal)
  }

  async #acquireHere(
    terms: Terms,
    startMs: number,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Acquired> {
    if (this.#goesAtOnce(terms, startMs, deadlineMs)) return NO_WAIT
    const delayMs = this.#lifted ? 0 : this.#line.offer(startMs, terms.costMs) - startMs
    const wait: Wait = { terms, startMs, delayMs, deadlineMs, signal }
    if (!allowed(wait)) throw refusal(this.#desk, wait, delayMs)
    return waitInLine(this.#desk, this.#line, wait)
  }

  run<T>(call: Call<T>, context?: Partial<CallContext>): Promise<T> {
    const inner = contextOf(context)
    const { signal, deadlineMs } = inner
    try {
      const free = (this.#shared === undefined || this.#lifted) && signal?.aborted !== true
      if (free && this.#goesAtOnce(this.#usual, this.#desk.clock.now(), deadlineMs)) {
        return callUntilAborted(call, inner, signal)
      }
    } catch (error) {
      return Promise.reject(error)
    }
    return this.acquire({ signal, deadlineMs }).then(() => callUntilAborted(call, inner, signal))
  }

  /** Takes the usual way: no wait, and so nothing to keep. */
  #goesAtOnce(terms: Terms, nowMs: number, deadlineMs: number): boolean {
    if (nowMs >= deadlineMs) return false
    if (!this.#lifted) {
      if (this.#line.offer(nowMs, terms.costMs) > nowMs) return false
      this.#line.spend(nowMs, terms.costMs)
    }
    this.#desk.reports.decision('acquired', terms, 0, 0)
    return true
  }

  pauseUntil(ms: number): void {
    moment(ms, ['pauseUntil', 'ms'])
    const nowMs = this.#desk.clock.now()
    this.#line.pause(ms, nowMs)
    if (this.#shared !== undefined) pauseShared(this.#shared, Math.max(0, ms - nowMs))
  }

  dispose(): void {
    this.#line.dismiss()
  }
}

function defaultsOf(numbers: LimiterNumbers, subject: Subject): TermsDefaults {
  const { burst = LIMITER_DEFAULTS.burst, maxDelayMs = LIMITER_DEFAULTS.maxDelayMs } = numbers
  return { maxDelayMs, intervalMs: 1000 / numbers.ratePerSecond, burst, subject }
}

function deskOf({ clock, recorder, subject }: Surroundings, { maxDelayMs }: TermsDefaults): Desk {
  return {
    clock,
    reports: new RateReports(recorder, subject, maxDelayMs),
    what: subject.source ?? subject.address ?? 'this call',
  }
}

function ruleOf({ intervalMs, burst }: TermsDefaults): RateRule {
  return { intervalMs, capacityMs: burst * intervalMs }
}
