import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deadline, pipe, retry, retryBudget, type Recorder } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { watch } from '../support/promise-state.ts'
import { runsOf, stepCounter } from '../support/steps.ts'
import { throwingRecorder } from '../support/throwing-recorder.ts'

const LENGTH = 7

/** What the server does with one attempt. */
const attempt = fc.record({
  takesMs: fc.constantFrom(0, 1, 40, 500, Infinity),
  fails: fc.constantFrom(true, true, true, false),
  retryAfterMs: fc.constantFrom(undefined, undefined, 0, 300, 5_000, 90_000),
})
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never

const scenario = fc.record({
  attempts: fc.array(attempt, { minLength: 1, maxLength: LENGTH, size: 'max' }),
  maxRetries: fc.integer({ min: 0, max: LENGTH }),
  baseDelayMs: fc.constantFrom(0, 100, 1_000),
  jitter: fc.constantFrom('full', 'none'),
  draws: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: LENGTH,
    maxLength: LENGTH,
  }),
  totalTimeoutMs: fc.constantFrom(undefined, 50, 1_000, 20_000),
  afterMs: fc.constantFrom(undefined, 200, 3_000),
  abortMs: fc.constantFrom(undefined, undefined, 0, 30, 450, 2_500),
  jumps: fc.array(fc.integer(), { maxLength: 3 }),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

interface Started {
  readonly atMs: number
  endMs: number | undefined
}

/** Plays a scenario to its end, a millisecond's worth of events after the other. */
async function play(given: Scenario, listener?: Recorder) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const draws = [...given.draws]
  const policy = retry({
    clock,
    recorder: listener ?? recorder,
    maxRetries: given.maxRetries,
    baseDelayMs: given.baseDelayMs,
    maxDelayMs: 4_000,
    jitter: given.jitter,
    totalTimeoutMs: given.totalTimeoutMs,
    random: () => draws.shift() ?? 0.5,
  })
  const started: Started[] = []
  const caller = new AbortController()
  const call = async (): Promise<string> => {
    const plan: Attempt | undefined = given.attempts[started.length]
    const entry: Started = { atMs: clock.now(), endMs: undefined }
    started.push(entry)
    // Never heeds its signal: that is the policy's own affair.
    await clock.sleep(plan?.takesMs ?? 0)
    entry.endMs = clock.now()
    if (!plan?.fails) return 'value'
    throw Object.assign(new Error('busy'), { status: 503, retryAfterMs: plan.retryAfterMs })
  }
  const above = given.afterMs === undefined ? [] : [deadline({ afterMs: given.afterMs, clock })]
  const run = pipe(...above, policy).run(call, { signal: caller.signal })
  let settledMs: number | undefined
  const watched = watch(run.finally(() => (settledMs = clock.now())))
  if (given.abortMs !== undefined) {
    await clock.advance(given.abortMs)
    caller.abort('off')
    await clock.settle()
  }
  const atAbort = { state: watched.state, calls: started.length }
  for (const ms of given.jumps) {
    await clock.advance(777)
    clock.jumpWall(ms)
  }
  await clock.advance(1_000_000)
  return { started, watched, settledMs, atAbort, recorder, sleepers: clock.sleepers }
}

async function check(
  judge: (given: Scenario, played: Awaited<ReturnType<typeof play>>) => void,
): Promise<void> {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const played = await play(given)
      // Each attempt, and each of the moments that were chosen for something to happen.
      counter.count(played.started.length + given.jumps.length + 1)
      judge(given, played)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
}

test('never calls again before the Retry-After of the attempt before', async () => {
  await check((given, { started }) => {
    for (const [index, { endMs }] of started.slice(0, -1).entries()) {
      const asked = given.attempts[index]?.retryAfterMs ?? 0
      expect(started[index + 1]?.atMs).toBeGreaterThanOrEqual((endMs ?? Infinity) + asked)
    }
  })
})

test('never calls more often than it may, and never after it settled', async () => {
  await check((given, { started, settledMs }) => {
    expect(started.length).toBeLessThanOrEqual(given.maxRetries + 1)
    for (const { atMs } of started) expect(atMs).toBeLessThanOrEqual(settledMs ?? Infinity)
  })
})

test('settles by its deadline, whatever the call does', async () => {
  await check((given, { settledMs, watched }) => {
    const limitMs = Math.min(given.totalTimeoutMs ?? Infinity, given.afterMs ?? Infinity)
    if (limitMs === Infinity) return
    expect(watched.state).not.toBe('pending')
    expect(settledMs).toBeLessThanOrEqual(limitMs)
  })
})

test('an abort settles it within one tick, wherever it stands, and nothing is called any more', async () => {
  await check((given, { started, atAbort, watched, sleepers }) => {
    if (given.abortMs === undefined) return
    expect(atAbort.state).not.toBe('pending')
    expect(started).toHaveLength(atAbort.calls)
    const hanging = started.filter(({ endMs }) => endMs === undefined).length
    expect(sleepers).toBe(hanging)
    expect(watched.state).toBe(atAbort.state)
  })
})

test('reports a retry for each call after the first, and how it ended', async () => {
  await check((_, { started, recorder }) => {
    const results = recorder.of('retry').map(({ result }) => result)
    const scheduled = results.filter((result) => result === 'scheduled').length
    const cut = results.filter((result) => result === 'aborted').length
    const late = results.filter((result) => result === 'deadline').length
    const retries = Math.max(0, started.length - 1)
    expect(scheduled).toBeGreaterThanOrEqual(retries)
    expect(scheduled - cut - late).toBeLessThanOrEqual(retries)
  })
})

test('neither jumps of the wall clock nor a listener that throws change anything', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const calm = await play({ ...given, jumps: given.jumps.map(() => 0) })
      const vexed = await play(given, throwingRecorder)
      counter.count(calm.started.length + given.jumps.length + 1)
      expect(vexed.started).toEqual(calm.started)
      expect(vexed.settledMs).toBe(calm.settledMs)
      expect(vexed.watched.state).toBe(calm.watched.state)
    }),
    { numRuns: runsOf(LENGTH) },
  )
  counter.expectEnough()
})

test('retries stay within the budget, in every window', async () => {
  const counter = stepCounter()
  const events = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('call' as const) }),
      fc.record({ do: fc.constant('retry' as const) }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 99, 100, 950, 1_000) }),
    ),
    { maxLength: 80, size: 'max' },
  )
  const budgets = fc.record({
    ratio: fc.constantFrom(0, 0.1, 0.2, 1),
    minPerSecond: fc.constantFrom(0, 1, 4),
  })
  const windowMs = 1_000
  await fc.assert(
    fc.asyncProperty(budgets, events, async (options, list) => {
      const clock = manualClock()
      const budget = retryBudget({ ...options, windowMs, clock })
      const calls: number[] = []
      const retries: number[] = []
      const within = (moments: number[], ms: number) =>
        moments.filter((atMs) => atMs > clock.now() - ms).length
      for (const event of list) {
        counter.count()
        if (event.do === 'pass') clock.stall(event.ms)
        if (event.do === 'call') {
          calls.push(clock.now())
          budget.deposit()
        }
        const retried = event.do === 'retry' && budget.withdraw()
        if (retried) retries.push(clock.now())
        // What the window still holds is at least nine tenths of it, and never more than all.
        const paid = options.ratio * within(calls, windowMs) + options.minPerSecond
        const spent = retried ? within(retries, 0.9 * windowMs) : 0
        expect(spent).toBeLessThanOrEqual(paid + 1e-6)
        expect(budget.utilization()).toBeGreaterThanOrEqual(0)
        expect(budget.utilization()).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: runsOf(80) },
  )
  counter.expectEnough()
})
