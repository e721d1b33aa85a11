import type { BreakerRecorded, BreakerState, TransitionReason } from '@plimsoll/semconv'
import { callUntilAborted } from '../abort.ts'
import { chance, grownMs } from '../backoff.ts'
import type { Clock } from '../clock.ts'
import { PlimsollError } from '../error.ts'
import { durationOrInfinity } from '../options.ts'
import {
  contextOf,
  surroundingsOf,
  type Call,
  type CallContext,
  type Outcome,
  type Policy,
} from '../policy.ts'
import { isDelay, retryAfterOf } from '../status.ts'
import { RollingWindow } from '../window.ts'
import { calledOff, classifyOutcome } from './classify.ts'
import {
  checkBreakerNumbers,
  checkBreakerOptions,
  settingsOf,
  type BreakerNumbers,
  type BreakerOptions,
  type BreakerSettings,
  type Verdict,
} from './options.ts'
import { BreakerPermit, FENCED, type Taker } from './permit.ts'
import { BreakerReports } from './reports.ts'
import { checkSnapshot, elapsedSince } from './snapshot.ts'
import {
  CLOSED,
  firstExpiry,
  halfOpen,
  type BreakerSnapshot,
  type OutcomeDetail,
  type Permit,
  type Rejection,
  type State,
} from './state.ts'

/** Stops calling what is failing, and finds out by probes when it works again. */
export interface CircuitBreaker extends Policy {
  /** Leave to call, or not. Never throws, starts no timer, takes constant time; reports `not_permitted` by itself. */
  admit(): Permit | Rejection
  /** The state now. An open breaker whose time is up is `half_open`, though nobody has probed yet. */
  state(): BreakerState
  snapshot(): BreakerSnapshot
  /** Milliseconds since it first opened, probes included; 0 while it is closed. */
  openForMs(): number
  /** Takes over a state that was saved; the window starts empty. @throws {OptionError} for what is no snapshot */
  restore(snapshot: BreakerSnapshot): void
  /** Opens, for `ms` milliseconds or until `close`. @throws {OptionError} for what is no duration */
  forceOpen(ms?: number): void
  /** Closes, and forgets the failures. */
  close(): void
  /**
   * Goes by these numbers from now on; what is absent has its default. State, failures and what is left of an open time
   * stay: the new numbers judge the next outcome, and the next opening. Probes in flight keep their time.
   * @throws {OptionError} for a bad number; then nothing has changed
   */
  update(numbers: BreakerNumbers): void
  /** Gives the breaker up: it admits everything, every outcome is `late`, and it stands in no count any more. */
  dispose(): void
}

/**
 * A circuit breaker (Nygard, "Release It!") over a rolling window. Outcomes carry the generation of the state that
 * admitted them, so that a late one moves nothing; it has no timers, and changes as if it had them.
 * @throws {OptionError} for a bad option
 */
export function circuitBreaker(options: BreakerOptions = {}): CircuitBreaker {
  checkBreakerOptions(options)
  return new Breaker(options)
}

const CALLS = 0
const FAILURES = 1

class Breaker implements CircuitBreaker, Taker {
  #settings: BreakerSettings
  readonly #clock: Clock
  readonly #random: () => number
  readonly #classify: (outcome: Outcome) => Verdict
  readonly #reports: BreakerReports
  readonly #what: string
  #window: RollingWindow
  #state: State = CLOSED
  #generation = 0
  #inARow = 0
  /** Openings since it was last closed. */
  #openings = 0
  /** When it first opened since it was last closed. */
  #openedMs = 0
  #disposed = false

  constructor(options: BreakerOptions) {
    this.#settings = settingsOf(options)
    const { clock, random, recorder, subject } = surroundingsOf(options)
    this.#clock = clock
    this.#random = random
    this.#classify = options.classify ?? classifyOutcome
    this.#reports = new BreakerReports(recorder, subject, this.#settings.scope)
    this.#what = subject.source ?? subject.address ?? 'this call'
    this.#window = new RollingWindow(this.#settings.windowMs, 2)
    this.#reports.life('closed', 1)
  }

  admit(): Permit | Rejection {
    if (this.#disposed) return new BreakerPermit(this, 'closed', FENCED)
    if (this.#state.name === 'closed') return new BreakerPermit(this, 'closed', this.#generation)
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    const state = this.#state
    if (state.name === 'open') return this.#reject('open', state.untilMs - nowMs)
    if (state.probes.size >= this.#settings.halfOpenProbes) {
      return this.#reject('half_open', firstExpiry(state.probes) - nowMs)
    }
    const probe = new BreakerPermit(this, 'half_open', this.#generation)
    probe.expiresMs = nowMs + this.#settings.probeTimeoutMs
    state.probes.add(probe)
    return probe
  }

  run<T>(call: Call<T>, context?: Partial<CallContext>): Promise<T> {
    const inner = contextOf(context)
    const { signal } = inner
    let permit: Permit
    try {
      signal?.throwIfAborted()
      permit = this.#admitted()
    } catch (error) {
      return Promise.reject(error)
    }
    return callUntilAborted(call, inner, signal).then(
      (value) => {
        this.#judge(permit, { value }, undefined)
        return value
      },
      (error: unknown) => {
        if (calledOff(signal)) permit.record('ignored')
        else this.#judge(permit, { error }, retryAfterOf(error))
        throw error
      },
    )
  }

  state(): BreakerState {
    this.#settle(this.#clock.now())
    return this.#state.name
  }

  snapshot(): BreakerSnapshot {
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    const leftMs = this.#state.name === 'open' ? this.#state.untilMs - nowMs : 0
    return {
      state: this.#state.name,
      openings: this.#openings,
      remainingMs: leftMs === Infinity ? null : leftMs,
      epochMs: this.#clock.epoch(),
      calls: this.#window.sum(CALLS, nowMs),
      failures: this.#window.sum(FAILURES, nowMs),
    }
  }

  openForMs(): number {
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    return this.#state.name === 'closed' ? 0 : nowMs - this.#openedMs
  }

  restore(snapshot: BreakerSnapshot): void {
    checkSnapshot(snapshot)
    if (this.#disposed) return
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    this.#window.clear()
    if (snapshot.state === 'closed') {
      this.#shut('restored', nowMs)
      return
    }
    if (this.#state.name === 'closed') this.#openedMs = nowMs
    this.#openings = snapshot.openings
    if (snapshot.state === 'half_open') {
      this.#enter(halfOpen(), 'restored', nowMs)
      return
    }
    const leftMs = snapshot.remainingMs ?? Infinity
    const untilMs = nowMs + leftMs - elapsedSince(snapshot, this.#clock.epoch(), leftMs)
    this.#enter({ name: 'open', untilMs }, 'restored', nowMs)
  }

  forceOpen(ms = Infinity): void {
    durationOrInfinity(ms, ['forceOpen', 'ms'])
    if (this.#disposed) return
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    if (this.#state.name === 'closed') this.#openedMs = nowMs
    this.#enter({ name: 'open', untilMs: nowMs + ms }, 'forced', nowMs)
  }

  close(): void {
    if (this.#disposed) return
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    this.#shut('forced', nowMs)
  }

  update(numbers: BreakerNumbers): void {
    checkBreakerNumbers(numbers)
    const nowMs = this.#clock.now()
    this.#settle(nowMs)
    const settings = settingsOf({ ...numbers, scope: this.#settings.scope })
    if (settings.windowMs !== this.#settings.windowMs) {
      this.#window = this.#window.resized(settings.windowMs, nowMs)
    }
    this.#settings = settings
  }

  dispose(): void {
    if (this.#disposed) return
    this.#settle(this.#clock.now())
    this.#reports.life(this.#state.name, -1)
    this.#disposed = true
    this.#generation++
  }

  take(
    permit: BreakerPermit,
    outcome: Verdict,
    detail: OutcomeDetail | undefined,
  ): BreakerRecorded {
    const nowMs = this.#clock.now()
    if (this.#state.name !== 'closed') this.#settle(nowMs)
    const recorded = permit.generation === this.#generation ? outcome : 'late'
    // The execution first, then what it brought about.
    this.#reports.execution(permit.state, recorded)
    if (recorded !== 'late') this.#move(permit, recorded, nowMs, detail?.retryAfterMs)
    return recorded
  }

  #move(permit: BreakerPermit, outcome: Verdict, nowMs: number, retryAfterMs?: number): void {
    const state = this.#state
    if (state.name === 'half_open') state.probes.delete(permit)
    if (outcome === 'ignored') return
    this.#window.add(CALLS, nowMs)
    if (outcome === 'failure') {
      this.#window.add(FAILURES, nowMs)
      this.#inARow++
      const reason = state.name === 'half_open' ? 'probe_failed' : this.#reasonToOpen(nowMs)
      if (reason !== undefined) this.#open(reason, nowMs, retryAfterMs)
      return
    }
    this.#inARow = 0
    if (state.name !== 'half_open') return
    state.successes++
    if (state.successes >= this.#settings.successesToClose) this.#shut('probe_succeeded', nowMs)
  }

  #reasonToOpen(nowMs: number): TransitionReason | undefined {
    const { consecutiveFailures, minimumCalls, failureRate } = this.#settings
    if (this.#inARow >= consecutiveFailures) return 'consecutive_failures'
    const calls = this.#window.sum(CALLS, nowMs)
    if (calls < minimumCalls) return undefined
    const failures = this.#window.sum(FAILURES, nowMs)
    return failures / calls >= failureRate ? 'failure_rate' : undefined
  }

  /** Makes the changes that time has brought about, at the moments at which it did. */
  #settle(nowMs: number): void {
    if (this.#disposed) return
    for (;;) {
      const state = this.#state
      if (state.name === 'open') {
        if (nowMs < state.untilMs) return
        this.#enter(halfOpen(), 'reset_timeout', state.untilMs)
      } else if (state.name === 'half_open') {
        const expiresMs = firstExpiry(state.probes)
        if (nowMs < expiresMs) return
        this.#window.add(CALLS, expiresMs)
        this.#window.add(FAILURES, expiresMs)
        this.#open('probe_expired', expiresMs, undefined)
      } else return
    }
  }

  #open(reason: TransitionReason, atMs: number, retryAfterMs: number | undefined): void {
    const { openMs, maxOpenMs, backoffFactor, jitter } = this.#settings
    if (this.#state.name === 'closed') this.#openedMs = atMs
    const step = this.#openings++
    const fullMs = grownMs({ baseMs: openMs, factor: backoffFactor, maxMs: maxOpenMs }, step)
    const drawnMs = fullMs * jitter * chance(this.#random)
    const asked = isDelay(retryAfterMs) ? retryAfterMs : 0
    // Jitter shortens our own wait, which only has to end some time, and lengthens one that was asked for.
    const waitMs = asked > fullMs - drawnMs ? asked + drawnMs : fullMs - drawnMs
    this.#enter({ name: 'open', untilMs: atMs + waitMs }, reason, atMs)
  }

  #shut(reason: TransitionReason, atMs: number): void {
    this.#enter(CLOSED, reason, atMs)
    this.#window.clear()
    this.#inARow = 0
    this.#openings = 0
  }

  /** The one place where the state changes. */
  #enter(next: State, reason: TransitionReason, atMs: number): void {
    const oldState = this.#state.name
    const newState = next.name
    this.#state = next
    this.#generation++
    if (oldState === newState) return
    const resetMs = next.name === 'open' ? next.untilMs - atMs : Infinity
    this.#reports.transition({
      oldState,
      newState,
      reason,
      resetTimeoutS: resetMs === Infinity ? undefined : resetMs / 1000,
      failureCount: this.#window.sum(FAILURES, atMs),
      generation: this.#generation,
      openS: newState === 'closed' ? (atMs - this.#openedMs) / 1000 : undefined,
    })
  }

  #judge(permit: Permit, outcome: Outcome, retryAfterMs: number | undefined): void {
    let verdict: Verdict = 'ignored'
    try {
      verdict = this.#classify(outcome)
    } finally {
      // A classifier that throws is the program's to see, but it must not keep the place of a probe.
      permit.record(verdict, { retryAfterMs })
    }
  }

  #reject(state: 'open' | 'half_open', leftMs: number): Rejection {
    this.#reports.execution(state, 'not_permitted')
    return { admitted: false, state, retryAfterMs: leftMs }
  }

  #admitted(): Permit {
    const answer = this.admit()
    if (answer.admitted) return answer
    const { retryAfterMs } = answer
    const when =
      retryAfterMs === Infinity ? 'until it is closed' : `for ${Math.ceil(retryAfterMs)} ms`
    const message = `the circuit breaker of ${this.#what} is open ${when}: nothing was called`
    throw new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', message, { retryAfterMs })
  }
}
