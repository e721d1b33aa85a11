import {
  circuitBreaker,
  PlimsollError,
  rateLimiter,
  retry,
  retryBudget,
  type Call,
  type CallContext,
  type CircuitBreaker,
  type Policy,
  type RateLimiter,
  type Retry,
  type RetryBudget,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder, type ManualClock } from '@plimsoll/policies/testing'
import { ModelBreaker, type ModelPermit, type ModelSettings } from '../breaker/model.ts'
import { ModelBucket, ModelBudget } from './rate-model.ts'
import type { Random } from './random.ts'

/** The numbers of one episode. */
export interface EpisodeSettings {
  readonly breaker: ModelSettings
  readonly limiter: { readonly ratePerSecond: number; readonly burst: number }
  readonly budget: {
    readonly ratio: number
    readonly minPerSecond: number
    readonly windowMs: number
  }
  readonly retry: {
    readonly maxRetries: number
    readonly baseDelayMs: number
    readonly maxDelayMs: number
    readonly retryAfterCapMs: number
    readonly totalTimeoutMs: number | undefined
  }
  readonly maxDelayMs: number
  /** Whether a `Retry-After` holds back the limiter as well. */
  readonly pausing: boolean
}

/** Numbers that make every branch likely: small windows, small bursts, short times. */
export function settingsOf(random: Random): EpisodeSettings {
  return {
    breaker: {
      failureRate: random.pick([0.1, 0.5, 1]),
      minimumCalls: random.pick([1, 3, 8, 1_000]),
      windowMs: random.pick([100, 1_000, 10_000]),
      consecutiveFailures: random.pick([undefined, 1, 3, 10]),
      openMs: random.pick([1, 250, 1_000]),
      maxOpenMs: random.pick([1_000, 4_000]),
      backoffFactor: random.pick([1, 2, 3]),
      jitter: random.pick([0, 0.1, 1]),
      halfOpenProbes: 1 + random.below(3),
      successesToClose: 1 + random.below(3),
      probeTimeoutMs: random.pick([100, 1_000]),
    },
    limiter: { ratePerSecond: random.pick([1, 10, 1_000]), burst: random.pick([1, 2, 5, 50]) },
    budget: {
      ratio: random.pick([0, 0.1, 0.5, 1]),
      minPerSecond: random.pick([0, 1, 10]),
      windowMs: random.pick([1_000, 10_000]),
    },
    retry: {
      maxRetries: random.below(5),
      baseDelayMs: random.pick([0, 50, 500]),
      maxDelayMs: random.pick([500, 4_000]),
      retryAfterCapMs: random.pick([1_000, 60_000]),
      totalTimeoutMs: random.pick([undefined, undefined, 700, 20_000]),
    },
    maxDelayMs: random.pick([Infinity, 0, 150, 5_000]),
    pausing: random.chance(0.5),
  }
}

/** What an attempt was told to come to; what the breaker hears of it is in `verdict`. */
export class Refused extends Error {
  readonly status = 503
  readonly retryAfterMs: number | undefined

  constructor(retryAfterMs: number | undefined) {
    super('refused')
    this.retryAfterMs = retryAfterMs
  }
}

/** One host under retry, budget, breaker and limiter, as a call of fetch passes them, and beside each its model. */
export class GuardedHost {
  readonly clock: ManualClock = manualClock()
  readonly recorder = memoryRecorder()
  readonly retry: Retry
  readonly limiter: RateLimiter
  readonly budget: RetryBudget
  readonly model: ModelBreaker
  readonly bucket: ModelBucket
  readonly faults: string[] = []
  readonly #breaker: CircuitBreaker
  readonly #settings: EpisodeSettings
  pausedUntilMs = -Infinity
  /** Executions of the breaker so far, refusals included. */
  executions = 0
  /** Who waits for the limiter now. */
  waiting = 0
  asked = 0

  constructor(settings: EpisodeSettings, random: Random) {
    const { clock, recorder } = this
    const common = { clock, recorder }
    const drawn = random.pick([0, 0.25, 1])
    this.#settings = settings
    this.#breaker = circuitBreaker({ ...settings.breaker, ...common, random: () => drawn })
    this.model = new ModelBreaker(settings.breaker, drawn)
    this.limiter = rateLimiter({ ...settings.limiter, ...common })
    this.bucket = new ModelBucket(settings.limiter)
    this.budget = this.#checkedBudget(retryBudget({ ...settings.budget, ...common }))
    this.retry = retry({
      ...settings.retry,
      ...common,
      budget: this.budget,
      random: () => random.next(),
    })
  }

  /** The order around a call: retry, breaker, limiter. */
  run<T>(call: Call<T>, context: Partial<CallContext>): Promise<T> {
    return this.retry.run(
      (inner) => this.#breakerPolicy.run((below) => this.#limited(call, below), inner),
      context,
    )
  }

  forceOpen(ms: number): void {
    this.#sync()
    this.#breaker.forceOpen(ms)
    this.model.forceOpen(ms)
  }

  close(): void {
    this.#sync()
    this.#breaker.close()
    this.model.close()
  }

  pause(ms: number): void {
    const untilMs = this.clock.now() + ms
    this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs)
    this.limiter.pauseUntil(untilMs)
  }

  /** Holds the breaker against its model. */
  compare(): void {
    this.#sync()
    const { state, openings, calls, failures } = this.#breaker.snapshot()
    const { model } = this
    const expected = { state: model.state, openings: model.openings, ...model.count() }
    const seen = { state, openings, calls, failures }
    if (JSON.stringify(seen) !== JSON.stringify(expected)) {
      this.fault(`the breaker is ${JSON.stringify(seen)}, its model ${JSON.stringify(expected)}`)
    }
    if (
      this.waiting > 0 &&
      this.clock.now() >= this.pausedUntilMs &&
      this.bucket.hasRoom(this.clock.now())
    ) {
      this.fault('somebody waits for the limiter though there is room')
    }
  }

  fault(text: string): void {
    this.faults.push(`at ${this.clock.now()} ms: ${text}`)
  }

  #sync(): void {
    this.model.advance(this.clock.now() - this.model.nowMs)
  }

  readonly #breakerPolicy: Policy = {
    run: async (call, context) => {
      this.#sync()
      const answer = this.#breaker.admit()
      const expected = this.model.admit()
      this.executions++
      if (answer.admitted !== (expected !== undefined)) {
        this.fault(`the breaker ${answer.admitted ? 'admits' : 'refuses'}, its model does not`)
      }
      if (!answer.admitted || expected === undefined) {
        const { retryAfterMs } = this.model
        throw new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', 'open', { retryAfterMs })
      }
      try {
        const value = await call(context as CallContext)
        this.#record(answer, expected, 'success', undefined)
        return value
      } catch (error) {
        const failed = error instanceof Refused
        this.#record(
          answer,
          expected,
          failed ? 'failure' : 'ignored',
          failed ? error.retryAfterMs : undefined,
        )
        throw error
      }
    },
  }

  #record(
    permit: Extract<ReturnType<CircuitBreaker['admit']>, { admitted: true }>,
    expected: ModelPermit,
    verdict: 'success' | 'failure' | 'ignored',
    retryAfterMs: number | undefined,
  ): void {
    this.#sync()
    const detail = retryAfterMs === undefined ? undefined : { retryAfterMs }
    const recorded = permit.record(verdict, detail)
    const wanted = this.model.record(expected, verdict, retryAfterMs ?? 0)
    if (recorded !== wanted)
      this.fault(`the breaker says ${recorded} of a ${verdict}, its model ${wanted}`)
    if (retryAfterMs !== undefined && this.#settings.pausing) this.pause(retryAfterMs)
  }

  async #limited<T>(call: Call<T>, context: CallContext): Promise<T> {
    this.waiting++
    this.asked++
    const { signal, deadlineMs } = context
    const { maxDelayMs } = this.#settings
    try {
      // An aborted signal rejects before anybody waits.
      await this.limiter.acquire({ signal, deadlineMs, maxDelayMs })
    } finally {
      this.waiting--
    }
    const nowMs = this.clock.now()
    if (nowMs < this.pausedUntilMs) this.fault('the limiter lets somebody go in a pause')
    if (!this.bucket.take(nowMs)) this.fault('the limiter lets more go than burst and rate allow')
    return call(context)
  }

  #checkedBudget(budget: RetryBudget): RetryBudget {
    const model = new ModelBudget(this.#settings.budget)
    let operations = 0
    const prune = (nowMs: number): void => {
      if (++operations % 500 === 0) model.prune(nowMs)
    }
    return {
      ...budget,
      deposit: () => {
        prune(this.clock.now())
        model.call(this.clock.now())
        budget.deposit()
      },
      withdraw: () => {
        const paid = budget.withdraw()
        if (paid && !model.retry(this.clock.now()))
          this.fault('the budget pays for more than it has')
        return paid
      },
      utilization: () => budget.utilization(),
    }
  }
}
