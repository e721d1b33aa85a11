import { ERROR_TYPES } from '@plimsoll/semconv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  deadline,
  pipe,
  systemClock,
  timeout,
  type Clock,
  type DeadlineOptions,
  type TimeoutOptions,
} from '@plimsoll/policies'
import { exercise, manualClock } from '@plimsoll/policies/testing'
import { deferred, watch } from '../support/promise-state.ts'
import { runsOf, stepCounter } from '../support/steps.ts'

describe('timeout', () => {
  test('gives back what comes in time, and leaves no timer', async () => {
    const clock = manualClock()
    const policy = timeout({ timeoutMs: 100, clock })
    const run = watch(
      exercise(policy, async () => {
        await clock.sleep(99)
        return 'value'
      }),
    )

    await clock.advance(99)

    expect(run.value).toEqual({ value: 'value', calls: 1 })
    expect(clock.sleepers).toBe(0)
  })

  test('cancels through the signal and rejects, though the call does not heed it', async () => {
    const clock = manualClock()
    const policy = timeout({ timeoutMs: 100, clock })
    const deaf = deferred<string>()
    let seen: AbortSignal | undefined
    const run = watch(
      policy.run(({ signal }) => {
        seen = signal
        return deaf.promise
      }),
    )

    await clock.advance(100)

    expect(run).toMatchObject({
      state: 'rejected',
      error: { code: 'ERR_PLIMSOLL_TIMEOUT', errorType: ERROR_TYPES.timeout },
    })
    expect(seen?.reason).toBe(run.error)
    deaf.reject(new Error('too late'))
    await clock.settle()
  })

  test('each run has an error of its own', async () => {
    const clock = manualClock()
    const policy = timeout({ timeoutMs: 100, clock })
    const hang = () => new Promise<never>(() => {})
    const runs = [watch(policy.run(hang)), watch(policy.run(hang))]

    await clock.advance(100)

    expect(runs[0]?.error).not.toBe(runs[1]?.error)
  })

  test('passes the reason of a caller that aborts on, at once', async () => {
    const clock = manualClock()
    const caller = new AbortController()
    const policy = timeout({ timeoutMs: 100, clock })
    const run = watch(
      exercise(policy, () => new Promise<never>(() => {}), { signal: caller.signal }),
    )
    await clock.settle()

    caller.abort('off')
    await clock.settle()

    expect(run.value).toEqual({ error: 'off', calls: 1 })
    expect(clock.sleepers).toBe(0)
  })

  test('the signal of a call that is done still obeys the caller, for a body that streams', async () => {
    const clock = manualClock()
    const caller = new AbortController()
    const policy = timeout({ timeoutMs: 100, clock })
    const signal = await policy.run(async (context) => context.signal, { signal: caller.signal })
    await clock.advance(1_000)
    expect(signal?.aborted).toBe(false)

    caller.abort('off')

    expect(signal?.reason).toBe('off')
  })

  test('works on a clock that can only sleep', async () => {
    const manual = manualClock()
    const clock: Clock = {
      now: () => manual.now(),
      epoch: () => manual.epoch(),
      sleep: (ms, signal) => manual.sleep(ms, signal),
    }
    const policy = timeout({ timeoutMs: 100, clock })

    expect(await policy.run(async () => 'value')).toBe('value')
    expect(manual.sleepers).toBe(0)
    const run = watch(policy.run(() => new Promise<never>(() => {})))
    await manual.advance(100)
    expect(run).toMatchObject({ error: { code: 'ERR_PLIMSOLL_TIMEOUT' } })
  })

  test('is not without its option', () => {
    expect(() => timeout({} as TimeoutOptions)).toThrow(
      'timeout.timeoutMs: this option is required',
    )
    expect(() => timeout({ timeoutMs: 0 })).toThrow(
      'timeout.timeoutMs: expected a number of milliseconds above 0, got 0',
    )
  })
})

describe('deadline', () => {
  test('tells those inside when the work has to be done', async () => {
    const clock = manualClock({ startMs: 5_000 })
    const policy = deadline({ afterMs: 100, clock })

    expect(await policy.run(async ({ deadlineMs }) => deadlineMs)).toBe(5_100)
  })

  test('keeps the earlier of its own and the one from outside', async () => {
    const clock = manualClock()
    const inner = deadline({ afterMs: 1_000, clock })
    const policy = pipe(deadline({ afterMs: 200, clock }), inner)

    expect(await policy.run(async ({ deadlineMs }) => deadlineMs)).toBe(200)
  })

  test('rejects a call that takes longer', async () => {
    const clock = manualClock()
    const policy = deadline({ afterMs: 100, clock })
    const run = watch(exercise(policy, () => new Promise<never>(() => {})))

    await clock.advance(100)

    expect(run.value).toEqual({ error: 'ERR_PLIMSOLL_DEADLINE', calls: 1 })
  })

  test('that has passed already is told without a call', async () => {
    const clock = manualClock({ startMs: 500 })
    const policy = deadline({ afterMs: 100, clock })

    const result = await exercise(policy, async () => 'value', { deadlineMs: 500 })

    expect(result).toEqual({ error: 'ERR_PLIMSOLL_DEADLINE', calls: 0 })
  })

  test('is not without its option', () => {
    expect(() => deadline({ afterMs: -1 })).toThrow('deadline.afterMs')
    expect(() => deadline({} as DeadlineOptions)).toThrow('deadline.afterMs')
  })
})

test('settles at the earliest of answer, timeout, deadline and abort, whatever they are', async () => {
  const counter = stepCounter()
  const moment = fc.constantFrom(1, 50, 99, 100, 101, 5_000)
  const scenario = fc.record({
    timeoutMs: moment,
    afterMs: moment,
    takesMs: moment,
    abortMs: moment,
    jump: fc.integer(),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ timeoutMs, afterMs, takesMs, abortMs, jump }) => {
      counter.count(4)
      const clock = manualClock()
      const caller = new AbortController()
      const policy = pipe(deadline({ afterMs, clock }), timeout({ timeoutMs, clock }))
      const run = policy.run(() => clock.sleep(takesMs), { signal: caller.signal })
      let settledMs = Infinity
      const watched = watch(run.finally(() => (settledMs = clock.now())))
      await clock.advance(abortMs)
      clock.jumpWall(jump)
      caller.abort('off')
      await clock.advance(10_000)

      expect(settledMs).toBe(Math.min(timeoutMs, afterMs, takesMs, abortMs))
      const alone = Math.min(timeoutMs, afterMs, abortMs) > takesMs
      expect(alone && watched.state !== 'fulfilled').toBe(false)
    }),
    { numRuns: runsOf(14) },
  )
  counter.expectEnough()
})

test('a real timeout cancels in real time', async () => {
  const before = systemClock.now()

  await expect(timeout({ timeoutMs: 20 }).run(() => new Promise<never>(() => {}))).rejects.toThrow(
    'the call took longer than 20 ms',
  )

  expect(systemClock.now() - before).toBeGreaterThanOrEqual(20)
})
