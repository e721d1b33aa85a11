import { expect, test } from 'vitest'
import { retry, retryBudget } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'

function setUp(options: Parameters<typeof retry>[0] = {}) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const policy = retry({ clock, recorder, jitter: 'none', baseDelayMs: 100, ...options })
  let calls = 0
  const call = async (): Promise<never> => {
    calls += 1
    throw new Error('broken')
  }
  return { clock, recorder, policy, call, calls: () => calls }
}

test('a run under way decides by the new numbers what comes next', async () => {
  const { policy, call, calls, clock } = setUp({ maxRetries: 5 })
  const run = policy.runDetailed(call)
  await clock.advance(100)
  expect(calls()).toBe(2)

  policy.update({ maxRetries: 1 })
  await clock.advance(200)

  expect(await run).toMatchObject({ ok: false, retryCount: 2 })
})

test('what is absent has its default, and the budget is the one that is given', async () => {
  const { policy, call, recorder } = setUp({ maxRetries: 0 })
  const empty = retryBudget({ ratio: 0, minPerSecond: 0, recorder: memoryRecorder() })

  policy.update({ budget: empty })
  await expect(policy.run(call)).rejects.toThrow('broken')

  expect(recorder.of('retry').map(({ result }) => result)).toEqual(['budget_exhausted'])
})

test('bad numbers are refused, and change nothing', async () => {
  const { policy, call, calls } = setUp({ maxRetries: 0 })

  expect(() => policy.update({ maxRetries: -1 })).toThrow('retry.maxRetries')
  expect(() => policy.update({ decide: () => undefined } as never)).toThrow('retry.decide')
  await expect(policy.run(call)).rejects.toThrow('broken')

  expect(calls()).toBe(1)
})
