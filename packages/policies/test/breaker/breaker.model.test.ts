import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  circuitBreaker,
  type BreakerSnapshot,
  type CircuitBreaker,
  type Permit,
  type Recorder,
  type Rejection,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder, type ManualClock } from '@plimsoll/policies/testing'
import { runsOf, stepCounter } from '../support/steps.ts'
import { throwingRecorder } from '../support/throwing-recorder.ts'
import { ModelBreaker, type ModelPermit, type ModelSettings } from './model.ts'

const LENGTH = 60

const settings: fc.Arbitrary<ModelSettings> = fc.record({
  failureRate: fc.constantFrom(0.1, 0.5, 1),
  minimumCalls: fc.integer({ min: 1, max: 5 }),
  windowMs: fc.constantFrom(100, 1_000, 10_000),
  consecutiveFailures: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  openMs: fc.constantFrom(1, 250, 1_000),
  maxOpenMs: fc.constantFrom(1_000, 4_000),
  backoffFactor: fc.constantFrom(1, 2, 3),
  jitter: fc.constantFrom(0, 0.1, 1),
  halfOpenProbes: fc.integer({ min: 1, max: 3 }),
  successesToClose: fc.integer({ min: 1, max: 3 }),
  probeTimeoutMs: fc.constantFrom(100, 1_000),
})

/** The longest that any of them keeps a breaker from admitting. */
const LONGEST = { maxOpenMs: 4_000, probeTimeoutMs: 1_000 }

type Step =
  | { readonly do: 'admit' }
  | {
      readonly do: 'record'
      readonly permit: number
      readonly outcome: 'success' | 'failure' | 'ignored'
      readonly retryAfterMs: number
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'look' }
  | { readonly do: 'force'; readonly ms: number }
  | { readonly do: 'close' }
  | { readonly do: 'update'; readonly to: ModelSettings }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ do: 'admit' } as const) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      permit: fc.nat(1_000),
      outcome: fc.constantFrom('success', 'failure', 'failure', 'ignored'),
      retryAfterMs: fc.constantFrom(0, 0, 0, 500, 20_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 10, 99, 100, 250, 999, 1_000, 5_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.integer({ min: -1e9, max: 1e9 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'look' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('force' as const), ms: fc.constantFrom(50, 900) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'close' } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('update' as const), to: settings }) },
)

const steps = fc.array(step, { maxLength: LENGTH, size: 'max' })
const drawn = fc.constantFrom(0, 0.25, 1)

/** A breaker on a clock of its own, driven by steps; what each step answered. */
class Driver {
  readonly clock: ManualClock = manualClock()
  readonly breaker: CircuitBreaker
  readonly permits: Permit[] = []

  constructor(options: ModelSettings, chance: number, recorder?: Recorder) {
    const { clock } = this
    this.breaker = circuitBreaker({ ...options, clock, recorder, random: () => chance })
  }

  take(next: Step): unknown {
    if (next.do === 'pass') this.clock.stall(next.ms)
    if (next.do === 'jump') this.clock.jumpWall(next.ms)
    if (next.do === 'force') this.breaker.forceOpen(next.ms)
    if (next.do === 'close') this.breaker.close()
    if (next.do === 'update') this.breaker.update(next.to)
    if (next.do === 'admit') return this.#admit()
    if (next.do === 'look') return this.breaker.state()
    if (next.do !== 'record') return undefined
    return this.pick(next.permit)?.record(next.outcome, { retryAfterMs: next.retryAfterMs })
  }

  pick(index: number): Permit | undefined {
    return this.permits[index % Math.max(1, this.permits.length)]
  }

  #admit(): unknown {
    const admission = this.breaker.admit()
    if (!admission.admitted) return admission
    this.permits.push(admission)
    const { admitted, state, generation } = admission
    return { admitted, state, generation }
  }
}

function drive(driver: Driver, list: readonly Step[]): unknown[] {
  return list.map((next) => driver.take(next))
}

const visible = (snapshot: BreakerSnapshot): unknown => ({ ...snapshot, epochMs: 0 })

test('a breaker does what its model does, whatever interleaves', () => {
  const counter = stepCounter()
  fc.assert(
    fc.property(settings, steps, drawn, (options, list, chance) => {
      const recorder = memoryRecorder()
      const driver = new Driver(options, chance, recorder)
      const model = new ModelBreaker(options, chance)
      const permits: ModelPermit[] = []
      for (const next of list) {
        counter.count()
        const expected = mirror(next, model, permits)
        expect(driver.take(next)).toEqual(expected)
        expect(driver.breaker.snapshot()).toMatchObject({
          state: model.state,
          openings: model.openings,
          ...model.count(),
        })
      }
      const seen = recorder.of('breaker_transition')
      expect(seen.map((one) => [one.oldState, one.newState, one.reason])).toEqual(model.transitions)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

/** Takes a step in the model; what the breaker should answer. */
function mirror(next: Step, model: ModelBreaker, permits: ModelPermit[]): unknown {
  const answer = answerOf(next, model, permits)
  // What takes no time has happened when the next step comes.
  model.advance(0)
  return next.do === 'look' ? model.state : answer
}

function answerOf(next: Step, model: ModelBreaker, permits: ModelPermit[]): unknown {
  if (next.do === 'pass') model.advance(next.ms)
  if (next.do === 'force') model.forceOpen(next.ms)
  if (next.do === 'close') model.close()
  if (next.do === 'update') model.update(next.to)
  if (next.do === 'admit') return admissionOf(model, permits)
  if (next.do !== 'record') return undefined
  const permit = permits[next.permit % Math.max(1, permits.length)]
  return permit && model.record(permit, next.outcome, next.retryAfterMs)
}

function admissionOf(model: ModelBreaker, permits: ModelPermit[]): unknown {
  const permit = model.admit()
  const { state, retryAfterMs } = model
  if (permit === undefined) return { admitted: false, state, retryAfterMs }
  permits.push(permit)
  return { admitted: true, state: permit.state, generation: permit.generation }
}

test('never more probes are in flight than it may have', () => {
  const counter = stepCounter()
  fc.assert(
    fc.property(settings, steps, drawn, (options, list, chance) => {
      const driver = new Driver(options, chance)
      let probes: { permit: Permit; untilMs: number }[] = []
      let numbers = options
      for (const next of list) {
        counter.count()
        if (next.do === 'update') numbers = next.to
        const before = driver.permits.length
        const done = next.do === 'record' ? driver.pick(next.permit) : undefined
        driver.take(next)
        const nowMs = driver.clock.now()
        const permit = driver.permits[before]
        if (permit?.state === 'half_open')
          probes.push({ permit, untilMs: nowMs + numbers.probeTimeoutMs })
        probes = probes.filter((probe) => probe.permit !== done && nowMs < probe.untilMs)
        // Those of an earlier round are fenced off and no longer probes.
        const round = Math.max(...probes.map((probe) => probe.permit.generation))
        const current = probes.filter((probe) => probe.permit.generation === round)
        // Those in flight when the number becomes smaller stay, but no other is admitted.
        const most = permit?.state === 'half_open' ? numbers.halfOpenProbes : Infinity
        expect(current.length).toBeLessThanOrEqual(most)
      }
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('it admits again in a bounded time, even if every probe hangs', () => {
  const counter = stepCounter()
  fc.assert(
    fc.property(settings, steps, drawn, (options, list, chance) => {
      const driver = new Driver(options, chance)
      drive(driver, list)
      counter.count(list.length)

      // The longest that anything can keep it: a Retry-After with its jitter, a probe that hangs, the next open time.
      const { maxOpenMs, probeTimeoutMs } = LONGEST
      driver.clock.stall(20_000 + maxOpenMs + probeTimeoutMs + maxOpenMs)

      expect(driver.breaker.admit().admitted).toBe(true)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('an outcome of an earlier generation is late and changes nothing', () => {
  const counter = stepCounter()
  let late = 0
  fc.assert(
    fc.property(settings, steps, drawn, (options, list, chance) => {
      const recorder = memoryRecorder()
      const driver = new Driver(options, chance, recorder)
      for (const next of list) {
        counter.count()
        const before = visible(driver.breaker.snapshot())
        const changes = recorder.of('breaker_transition').length
        const answer = driver.take(next)
        if (answer !== 'late') continue
        late++
        expect(visible(driver.breaker.snapshot())).toEqual(before)
        expect(recorder.of('breaker_transition')).toHaveLength(changes)
      }
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
  expect(late).toBeGreaterThan(100)
})

test('every admission is one execution, and every outcome is recorded once', () => {
  const counter = stepCounter()
  fc.assert(
    fc.property(settings, steps, drawn, (options, list, chance) => {
      const recorder = memoryRecorder()
      const driver = new Driver(options, chance, recorder)
      const answers = drive(driver, list)
      counter.count(list.length)
      for (const permit of driver.permits) permit.record('ignored')

      const refused = list.filter(
        (next, index) => next.do === 'admit' && !(answers[index] as Rejection | Permit).admitted,
      )
      const executions = recorder.of('breaker_execution')
      expect(executions).toHaveLength(driver.permits.length + refused.length)
      const notPermitted = executions.filter(({ recorded }) => recorded === 'not_permitted')
      expect(notPermitted).toHaveLength(refused.length)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('neither a jump of the wall clock nor a listener that throws changes anything', () => {
  const counter = stepCounter()
  fc.assert(
    fc.property(settings, steps, drawn, (options, list, chance) => {
      const calm = new Driver(options, chance)
      const vexed = new Driver(options, chance, throwingRecorder)
      const still = list.map((next): Step => (next.do === 'jump' ? { ...next, ms: 0 } : next))
      counter.count(list.length)

      expect(drive(vexed, list)).toEqual(drive(calm, still))
      expect(visible(vexed.breaker.snapshot())).toEqual(visible(calm.breaker.snapshot()))
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})
