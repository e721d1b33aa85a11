import fc from 'fast-check'
import { expect, test } from 'vitest'
import { circuitBreaker, fallback, type Source } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { watch } from '../support/promise-state.ts'
import { runsOf, stepCounter } from '../support/steps.ts'
import { throwingRecorder } from '../support/throwing-recorder.ts'

const MOST_SOURCES = 12

const plan = fc.record({
  meant: fc.constantFrom(true, true, true, false),
  open: fc.constantFrom(false, false, true),
  takesMs: fc.constantFrom(0, 10, 400),
  does: fc.constantFrom('serve', 'fail', 'fail', 'refuse'),
  timeoutMs: fc.constantFrom(undefined, undefined, 100),
})
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never

const scenario = fc.record({
  tiers: fc.array(fc.array(plan, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
    size: 'max',
  }),
  // No sum of the times above: what ends a call at the very moment of something else may come before or after it.
  deadlineMs: fc.constantFrom<number | undefined>(undefined, 353, 1_003),
  abortMs: fc.constantFrom<number | undefined>(undefined, undefined, 5, 417),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

interface Expected {
  readonly attempts: readonly (readonly [string, string, string | undefined])[]
  readonly calls: readonly string[]
  readonly served: boolean
  readonly aborted: boolean
}

/** What should happen, told source by source on a time line. */
function expected({ tiers, deadlineMs = Infinity, abortMs = Infinity }: Scenario): Expected {
  const attempts: [string, string, string | undefined][] = []
  const calls: string[] = []
  let nowMs = 0
  for (const [tier, plans] of tiers.entries()) {
    for (const [index, one] of plans.entries()) {
      const name = `${tier}.${index}`
      const add = (outcome: string, reason?: string) => attempts.push([name, outcome, reason])
      if (nowMs >= deadlineMs) add('skipped', 'deadline')
      else if (!one.meant) add('skipped', 'not_tried')
      else if (one.open) add('skipped', 'breaker_open')
      else {
        calls.push(name)
        const timeoutMs = one.timeoutMs ?? Infinity
        const endMs = Math.min(nowMs + one.takesMs, nowMs + timeoutMs, deadlineMs, abortMs)
        if (endMs === abortMs && nowMs + one.takesMs > abortMs) {
          add('failure', 'canceled')
          return { attempts, calls, served: false, aborted: true }
        }
        const inTime = endMs === nowMs + one.takesMs
        const ownTime = nowMs + timeoutMs <= deadlineMs
        nowMs = endMs
        if (!inTime) add('failure', ownTime ? 'timeout' : 'deadline')
        else if (one.does === 'fail') add('failure', 'http_5xx')
        else if (one.does === 'refuse') add('rejected', 'invalid_content')
        else {
          add('success')
          return { attempts, calls, served: true, aborted: false }
        }
      }
    }
  }
  return { attempts, calls, served: false, aborted: false }
}

async function play(given: Scenario, broken = false) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const calls: string[] = []
  const sourceOf = (one: Plan, name: string): Source<string, string> => {
    const breaker = circuitBreaker({ clock, minimumCalls: 100 })
    if (one.open) breaker.forceOpen()
    return {
      name,
      breaker,
      timeoutMs: one.timeoutMs,
      when: () => one.meant,
      accept: () => one.does !== 'refuse',
      call: async () => {
        calls.push(name)
        if (one.takesMs > 0) await clock.sleep(one.takesMs)
        if (one.does === 'fail') throw Object.assign(new Error('x'), { status: 503 })
        return name
      },
    }
  }
  const tiers = given.tiers.map((plans, tier) => ({
    name: `tier ${tier}`,
    sources: plans.map((one, index) => sourceOf(one, `${tier}.${index}`)),
  }))
  const chain = fallback({ tiers, clock, recorder: broken ? throwingRecorder : recorder })
  const caller = new AbortController()
  const { deadlineMs } = given
  const run = watch(chain.run('x', { deadlineMs, signal: caller.signal }))
  if (given.abortMs !== undefined) {
    await clock.advance(given.abortMs)
    clock.jumpWall(-1e9)
    caller.abort('off')
    await clock.settle()
  }
  const atAbort = run.state
  await clock.advance(100_000)
  return { run, calls, recorder, settled: given.abortMs === undefined || atAbort !== 'pending' }
}

test('asks, skips and reports as its model does, and calls nobody else', async () => {
  const counter = stepCounter()
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const model = expected(given)
      counter.count(given.tiers.flat().length)

      const { run, calls, recorder, settled } = await play(given)

      expect(settled).toBe(true)
      const attempts = recorder.of('fallback_attempt')
      expect(attempts.map((one) => [one.source, one.outcome, one.reason])).toEqual(model.attempts)
      expect(calls).toEqual(model.calls)
      expect(run.state).toBe(model.served ? 'fulfilled' : 'rejected')
      expect(run.error === 'off').toBe(model.aborted)
      expect(recorder.of('fallback')).toMatchObject([{ tried: model.calls.length }])
      expect((await play(given, true)).calls).toEqual(model.calls)
    }),
    { numRuns: runsOf(MOST_SOURCES) },
  )
  counter.expectEnough()
})
