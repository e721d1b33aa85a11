import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rateLimiter, type RateLimiter, type Recorder, type Reservation } from '@plimsoll/policies'
import {
  manualClock,
  memoryRecorder,
  type ManualClock,
  type MemoryRecorder,
} from '@plimsoll/policies/testing'
import { watch, type Watched } from '../support/promise-state.ts'
import { runsOf, stepCounter } from '../support/steps.ts'
import { throwingRecorder } from '../support/throwing-recorder.ts'

const LENGTH = 50
/** Rounding of sums of intervals, in requests. */
const EPSILON = 1e-6

const settings = fc.record({
  ratePerSecond: fc.constantFrom(1, 3, 10, 1_000),
  burst: fc.constantFrom(1, 2, 2.5, 5),
})
type Settings = { readonly ratePerSecond: number; readonly burst: number }

const cost = fc.constantFrom(1, 1, 1, 0.5, 2)
const maxDelayMs = fc.constantFrom(Infinity, Infinity, 0, 150, 2_000)
const which = fc.nat(1_000)
const ms = fc.constantFrom(0, 1, 7, 100, 333, 1_000, 5_000)

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('acquire' as const), cost, maxDelayMs }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reserve' as const), cost, maxDelayMs }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('abort' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.integer() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      to: fc.oneof({ weight: 5, arbitrary: settings }, fc.constant(false as const)),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const steps = (kinds: readonly Step['do'][]) =>
  fc.array(
    step.filter((one) => kinds.includes(one.do)),
    { maxLength: LENGTH, size: 'max' },
  )
const ALL = [
  'acquire',
  'reserve',
  'abort',
  'cancel',
  'commit',
  'pass',
  'pause',
  'jump',
  'update',
] as const

/** One who asked: through `acquire`, which tells when it goes, or `reserve`, which promises it. */
interface Asked {
  readonly arrivedMs: number
  readonly cost: number
  readonly maxDelayMs: number
  readonly caller: AbortController
  readonly wait: Watched<unknown> | undefined
  readonly reservation: Reservation | undefined
  /** When it went, or was promised to; undefined as long as it has not. */
  wentMs: number | undefined
  canceled: boolean
  /** Ordinal of the rule that decided. */
  rule: number
  /** Whether the limit was lifted when it went, so that it does not count. */
  free: boolean
}

/** The numbers that hold from a moment on. */
type Rule = Settings & { readonly fromMs: number }

class Driver {
  readonly clock: ManualClock = manualClock()
  readonly recorder: MemoryRecorder = memoryRecorder()
  readonly limiter: RateLimiter
  readonly rules: Rule[]
  lifted = false
  readonly asked: Asked[] = []
  pausedUntilMs = -Infinity

  constructor(options: Settings, recorder?: Recorder) {
    this.rules = [{ ...options, fromMs: 0 }]
    this.limiter = rateLimiter({
      ...options,
      clock: this.clock,
      recorder: recorder ?? this.recorder,
    })
  }

  async take(next: Step): Promise<void> {
    const nowMs = this.clock.now()
    if (next.do === 'acquire') this.#acquire(next.cost, next.maxDelayMs)
    if (next.do === 'reserve') this.#reserve(next.cost, next.maxDelayMs)
    if (next.do === 'abort') this.#pick(next.which)?.caller.abort('off')
    if (next.do === 'cancel') this.#cancel(this.#pick(next.which))
    if (next.do === 'commit') this.#pick(next.which)?.reservation?.commit()
    if (next.do === 'pause') {
      this.pausedUntilMs = Math.max(this.pausedUntilMs, nowMs + next.ms)
      this.limiter.pauseUntil(nowMs + next.ms)
    }
    if (next.do === 'update') this.#update(next.to)
    if (next.do === 'jump') this.clock.jumpWall(next.ms)
    if (next.do === 'pass') await this.clock.advance(next.ms)
    await this.clock.settle()
  }

  /** Who went or was promised a moment and has not given it back, in order of that moment. */
  admissions(): Asked[] {
    return this.asked
      .filter((one) => one.wentMs !== undefined && !one.canceled && !one.free)
      .sort((a, b) => (a.wentMs ?? 0) - (b.wentMs ?? 0))
  }

  #update(to: Settings | false): void {
    this.lifted = to === false
    if (to !== false) this.rules.push({ ...to, fromMs: this.clock.now() })
    this.limiter.update(to)
  }

  get #burst(): number {
    return this.rules.at(-1)?.burst ?? 0
  }

  #acquire(cost: number, mostMs: number): void {
    const caller = new AbortController()
    const { signal } = caller
    const bounded = Math.min(cost, this.#burst)
    const arrivedMs = this.clock.now()
    const asked: Asked = {
      arrivedMs,
      cost: bounded,
      maxDelayMs: mostMs,
      caller,
      wait: undefined,
      reservation: undefined,
      wentMs: undefined,
      canceled: false,
      rule: 0,
      free: false,
    }
    const wait = this.limiter.acquire({ signal, cost: bounded, maxDelayMs: mostMs })
    const went = wait.then((acquired) => {
      asked.wentMs = this.clock.now()
      asked.rule = this.rules.length - 1
      asked.free = this.lifted
      return acquired
    })
    this.asked.push(Object.assign(asked, { wait: watch(went) }))
  }

  #reserve(cost: number, mostMs: number): void {
    const bounded = Math.min(cost, this.#burst)
    const arrivedMs = this.clock.now()
    const answer = this.limiter.reserve({ cost: bounded, maxDelayMs: mostMs })
    if (!answer.granted) return
    this.asked.push({
      arrivedMs,
      cost: bounded,
      maxDelayMs: mostMs,
      caller: new AbortController(),
      wait: undefined,
      reservation: answer,
      wentMs: arrivedMs + answer.delayMs,
      canceled: false,
      rule: this.rules.length - 1,
      free: this.lifted,
    })
  }

  #cancel(asked: Asked | undefined): void {
    if (asked?.reservation === undefined) return
    const before = this.recorder.of('rate').filter(({ result }) => result === 'canceled').length
    asked.reservation.cancel()
    const after = this.recorder.of('rate').filter(({ result }) => result === 'canceled').length
    if (after > before) asked.canceled = true
  }

  #pick(index: number): Asked | undefined {
    return this.asked[index % Math.max(1, this.asked.length)]
  }
}

/**
 * The most that any stretch exceeds what it may hold, in requests: the smallest burst that held in it, and each rate for its
 * time. A moment that was promised before a change is kept, so it is no end of a stretch.
 */
function excess(admissions: readonly Asked[], rules: readonly Rule[]): number {
  let worst = -Infinity
  for (const [index, first] of admissions.entries()) {
    let sum = 0
    const from = ruleAt(first, rules)
    for (const last of admissions.slice(index)) {
      sum += last.cost
      const to = ruleAt(last, rules)
      if (to > last.rule) continue
      const burst = Math.min(...rules.slice(from, to + 1).map((rule) => rule.burst))
      worst = Math.max(worst, sum - burst - requestsOf(rules, first.wentMs ?? 0, last.wentMs ?? 0))
    }
  }
  return worst
}

/** Ordinal of the rule that held when it went. */
function ruleAt({ wentMs = 0, rule }: Asked, rules: readonly Rule[]): number {
  return Math.max(
    rule,
    rules.findLastIndex(({ fromMs }) => fromMs < wentMs),
  )
}

/** What the rates allow between two moments. */
function requestsOf(rules: readonly Rule[], fromMs: number, toMs: number): number {
  return rules
    .map(({ ratePerSecond, fromMs: begins }, index) => {
      const ends = rules[index + 1]?.fromMs ?? Infinity
      const ms = Math.max(0, Math.min(toMs, ends) - Math.max(fromMs, begins))
      return (ms * ratePerSecond) / 1000
    })
    .reduce((sum, some) => sum + some, 0)
}

test('in any stretch of time no more go than burst and rate allow, across changes of them too, whatever interleaves', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(settings, steps(ALL), async (options, list) => {
      const driver = new Driver(options)
      for (const next of list) await driver.take(next)
      await driver.clock.advance(600_000)
      counter.count(list.length)

      expect(excess(driver.admissions(), driver.rules)).toBeLessThanOrEqual(EPSILON)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('they go in the order in which they came', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(settings, steps(ALL), async (options, list) => {
      const driver = new Driver(options)
      for (const next of list) await driver.take(next)
      await driver.clock.advance(600_000)
      counter.count(list.length)

      const went = driver.asked.filter((one) => one.wentMs !== undefined && !one.canceled)
      // A pause, or other numbers, hold those who wait, not those who were promised a moment.
      const comparable = list.some((next) => next.do === 'pause' || next.do === 'update')
        ? went.filter((one) => one.wait !== undefined)
        : went
      const moments = comparable.map((one) => one.wentMs ?? 0)
      for (const [index, moment] of moments.entries()) {
        expect(moment).toBeGreaterThanOrEqual((moments[index - 1] ?? 0) - EPSILON)
      }
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('nobody waits while there is room: what is given back is used by the next in the line', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(
      settings,
      steps(['acquire', 'abort', 'pass', 'pause', 'jump']),
      async (options, list) => {
        const driver = new Driver(options)
        for (const next of list) {
          counter.count()
          await driver.take(next)
          const head = driver.asked.find((one) => one.wait?.state === 'pending')
          const nowMs = driver.clock.now()
          if (head === undefined || nowMs < driver.pausedUntilMs) continue
          const now = { ...head, wentMs: nowMs }
          expect(excess([...driver.admissions(), now], driver.rules)).toBeGreaterThan(-EPSILON)
        }
      },
    ),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('a reservation that is canceled leaves the limiter as if it had never been made', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(settings, steps(['reserve', 'cancel', 'pass']), async (options, list) => {
      const intervalMs = 1000 / options.ratePerSecond
      const driver = new Driver(options)
      for (const next of list) {
        counter.count()
        const nowMs = driver.clock.now()
        const before = driver.asked.length
        let arrivalMs = -Infinity
        let lastMs = nowMs
        for (const { wentMs = 0, cost, canceled } of driver.asked) {
          if (canceled) continue
          arrivalMs = Math.max(arrivalMs, wentMs) + cost * intervalMs
          lastMs = Math.max(lastMs, wentMs)
        }
        await driver.take(next)
        const made = driver.asked[before]
        if (made === undefined) continue
        const freeMs = arrivalMs + (made.cost - options.burst) * intervalMs
        expect(made.reservation?.delayMs).toBeCloseTo(Math.max(lastMs, freeMs) - nowMs, 6)
      }
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('nobody waits longer than allowed, an abort settles at once, and every request is recorded once', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(settings, steps(ALL), async (options, list) => {
      const driver = new Driver(options)
      for (const next of list) {
        counter.count()
        await driver.take(next)
        const deaf = driver.asked.filter(
          ({ caller, wait }) => caller.signal.aborted && wait?.state === 'pending',
        )
        expect(deaf).toEqual([])
      }
      await driver.clock.advance(600_000)
      const late = driver.asked.filter(
        ({ arrivedMs, wentMs = 0, maxDelayMs: mostMs }) => wentMs - arrivedMs > mostMs + EPSILON,
      )
      expect(late).toEqual([])
      for (const { reservation } of driver.asked) reservation?.commit()

      const asked = list.filter((next) => next.do === 'acquire' || next.do === 'reserve')
      expect(driver.recorder.of('rate')).toHaveLength(asked.length)
      const queued = driver.recorder.of('rate_queue')
      expect(queued.reduce((sum, { change }) => sum + change, 0)).toBe(0)
      expect(driver.clock.sleepers).toBe(0)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('neither a jump of the wall clock nor a listener that throws changes anything', async () => {
  const counter = stepCounter()
  const kinds = ['acquire', 'reserve', 'abort', 'commit', 'pass', 'pause', 'jump'] as const
  await fc.assert(
    fc.asyncProperty(settings, steps(kinds), async (options, list) => {
      const calm = new Driver(options)
      const vexed = new Driver(options, throwingRecorder)
      for (const next of list) {
        counter.count()
        await vexed.take(next)
        if (next.do !== 'jump') await calm.take(next)
      }
      const outcomes = ({ asked }: Driver) =>
        asked.map(({ wait, wentMs }) => ({ state: wait?.state, value: wait?.value, wentMs }))
      expect(outcomes(vexed)).toEqual(outcomes(calm))
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})
