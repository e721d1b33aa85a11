import type { BreakerRecorded, BreakerState, TransitionReason } from '@plimsoll/semconv'
import type { Clock } from '../clock.ts'
import { durationOrInfinity } from '../options.ts'
import { contextOf, surroundingsOf, type Call, type CallContext, type Policy } from '../policy.ts'
import { classifyOutcome } from './classify.ts'
import { openTimeMs } from './open-time.ts'
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
import { runAdmitted, type Guarded } from './run.ts'
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
import { Tally } from './tally.ts'

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

class Breaker implements CircuitBreaker, Taker {
  #settings: BreakerSettings
  readonly #clock: Clock
  readonly #random: () => number
  readonly #guarded: Guarded
  readonly #reports: BreakerReports
  readonly #tally: Tally
  #state: State = CLOSED
  #generation = 0
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
    this.#guarded = {
      what: subject.source ?? subject.address ?? 'this call',
      classify: options.classify ?? classifyOutcome,
    }
    this.#reports = new BreakerReports(recorder, subject, this.#settings.scope)
    this.#tally = new Tally(this.#settings.windowMs)
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
    return runAdmitted(this, this.#guarded, call, contextOf(context))
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
      calls: this.#tally.calls(nowMs),
      failures: this.#tally.failures(nowMs),
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
    this.#tally.clear()
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
      this.#tally.resize(settings.windowMs, nowMs)
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
    if (outcome === 'failure') {
      this.#tally.failure(nowMs)
      const reason =
        state.name === 'half_open'
          ? 'probe_failed'
          : this.#tally.reasonToOpen(this.#settings, nowMs)
      if (reason !== undefined) this.#open(reason, nowMs, retryAfterMs)
      return
    }
    this.#tally.success(nowMs)
    if (state.name !== 'half_open') return
    state.successes++
    if (state.successes >= this.#settings.successesToClose) this.#shut('probe_succeeded', nowMs)
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
        this.#tally.failure(expiresMs)
        this.#open('probe_expired', expiresMs, undefined)
      } else return
    }
  }

  #open(reason: TransitionReason, atMs: number, retryAfterMs: number | undefined): void {
    if (this.#state.name === 'closed') this.#openedMs = atMs
    const step = this.#openings++
    const waitMs = openTimeMs(this.#settings, step, this.#random, retryAfterMs)
    this.#enter({ name: 'open', untilMs: atMs + waitMs }, reason, atMs)
  }

  #shut(reason: TransitionReason, atMs: number): void {
    this.#enter(CLOSED, reason, atMs)
    this.#tally.clear()
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
      failureCount: this.#tally.failures(atMs),
      generation: this.#generation,
      openS: newState === 'closed' ? (atMs - this.#openedMs) / 1000 : undefined,
    })
  }

  #reject(state: 'open' | 'half_open', leftMs: number): Rejection {
    this.#reports.execution(state, 'not_permitted')
    return { admitted: false, state, retryAfterMs: leftMs }
  }
}
