import type { BreakerRecorded, BreakerState, TransitionReason } from '@plimsoll/semconv'
import type { Verdict } from '@plimsoll/policies'

/** Settings of the breaker under test, all given. */
export interface ModelSettings {
  readonly failureRate: number
  readonly minimumCalls: number
  readonly windowMs: number
  readonly consecutiveFailures: number | undefined
  readonly openMs: number
  readonly maxOpenMs: number
  readonly backoffFactor: number
  readonly jitter: number
  readonly halfOpenProbes: number
  readonly successesToClose: number
  readonly probeTimeoutMs: number
}

export interface ModelPermit {
  readonly generation: number
  readonly state: BreakerState
  expiresMs: number
  recorded: BreakerRecorded | undefined
}

/**
 * What a breaker should do, said as plainly as possible: it keeps every outcome, and it lives through every moment at
 * which something would happen, as if it had a timer for each.
 */
export class ModelBreaker {
  nowMs = 0
  state: BreakerState = 'closed'
  generation = 0
  openings = 0
  readonly transitions: (readonly [BreakerState, BreakerState, TransitionReason])[] = []
  #settings: ModelSettings
  readonly #drawn: number
  #untilMs = 0
  #inARow = 0
  #successes = 0
  #probes: ModelPermit[] = []
  #outcomes: { readonly atMs: number; readonly failed: boolean }[] = []

  constructor(settings: ModelSettings, drawn: number) {
    this.#settings = settings
    this.#drawn = drawn
  }

  get retryAfterMs(): number {
    return this.state === 'open' ? this.#untilMs - this.nowMs : this.#firstExpiry() - this.nowMs
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms
    for (let next = this.#nextEvent(); next <= untilMs; next = this.#nextEvent()) {
      this.nowMs = next
      if (this.state === 'open') this.#enter('half_open', 'reset_timeout')
      else {
        this.#outcomes.push({ atMs: next, failed: true })
        this.#open('probe_expired', 0)
      }
    }
    this.nowMs = untilMs
  }

  admit(): ModelPermit | undefined {
    if (this.state === 'open') return undefined
    if (this.state === 'half_open' && this.#probes.length >= this.#settings.halfOpenProbes) {
      return undefined
    }
    const expiresMs = this.nowMs + this.#settings.probeTimeoutMs
    const { state, generation } = this
    const permit: ModelPermit = { generation, state, expiresMs, recorded: undefined }
    if (state === 'half_open') this.#probes.push(permit)
    return permit
  }

  record(permit: ModelPermit, outcome: Verdict, retryAfterMs: number): BreakerRecorded {
    if (permit.recorded !== undefined) return permit.recorded
    permit.recorded = permit.generation === this.generation ? outcome : 'late'
    if (permit.recorded === 'late') return 'late'
    this.#probes = this.#probes.filter((probe) => probe !== permit)
    if (outcome === 'ignored') return outcome
    this.#outcomes.push({ atMs: this.nowMs, failed: outcome === 'failure' })
    if (outcome === 'failure') this.#failed(retryAfterMs)
    else this.#succeeded()
    return outcome
  }

  forceOpen(ms: number): void {
    this.#untilMs = this.nowMs + ms
    this.#enter('open', 'forced')
  }

  close(): void {
    this.#enter('closed', 'forced')
  }

  /** New numbers; under another window an outcome is as old as the end of the slice that it was in. */
  update(settings: ModelSettings): void {
    const { windowMs } = this.#settings
    if (settings.windowMs !== windowMs) {
      const sliceMs = windowMs / 10
      this.#outcomes = this.#kept().map(({ atMs, failed }) => ({
        atMs: Math.min(this.nowMs, (Math.floor(atMs / sliceMs) + 1) * sliceMs),
        failed,
      }))
    }
    this.#settings = settings
  }

  count(): { readonly calls: number; readonly failures: number } {
    const kept = this.#kept()
    return { calls: kept.length, failures: kept.filter(({ failed }) => failed).length }
  }

  #kept(): { readonly atMs: number; readonly failed: boolean }[] {
    const sliceMs = this.#settings.windowMs / 10
    const slice = Math.floor(this.nowMs / sliceMs)
    return this.#outcomes.filter(({ atMs }) => slice - Math.floor(atMs / sliceMs) < 10)
  }

  #failed(retryAfterMs: number): void {
    this.#inARow++
    if (this.state === 'half_open') {
      this.#open('probe_failed', retryAfterMs)
      return
    }
    const { consecutiveFailures, minimumCalls, failureRate } = this.#settings
    const { calls, failures } = this.count()
    if (consecutiveFailures !== undefined && this.#inARow >= consecutiveFailures) {
      this.#open('consecutive_failures', retryAfterMs)
    } else if (calls >= minimumCalls && failures / calls >= failureRate) {
      this.#open('failure_rate', retryAfterMs)
    }
  }

  #succeeded(): void {
    this.#inARow = 0
    if (this.state === 'closed') return
    this.#successes++
    if (this.#successes >= this.#settings.successesToClose) this.#enter('closed', 'probe_succeeded')
  }

  #open(reason: TransitionReason, retryAfterMs: number): void {
    const { openMs, maxOpenMs, backoffFactor, jitter } = this.#settings
    const fullMs = Math.min(maxOpenMs, openMs * backoffFactor ** this.openings)
    const drawnMs = fullMs * jitter * this.#drawn
    const ownMs = fullMs - drawnMs
    this.openings++
    this.#untilMs = this.nowMs + (retryAfterMs > ownMs ? retryAfterMs + drawnMs : ownMs)
    this.#enter('open', reason)
  }

  #enter(state: BreakerState, reason: TransitionReason): void {
    if (state !== this.state) this.transitions.push([this.state, state, reason])
    this.state = state
    this.generation++
    this.#probes = []
    this.#successes = 0
    if (state !== 'closed') return
    this.#outcomes = []
    this.#inARow = 0
    this.openings = 0
  }

  #firstExpiry(): number {
    return Math.min(Infinity, ...this.#probes.map(({ expiresMs }) => expiresMs))
  }

  #nextEvent(): number {
    if (this.state === 'open') return this.#untilMs
    return this.state === 'half_open' ? this.#firstExpiry() : Infinity
  }
}
