import { describe, expect, test } from 'vitest'
import { retry, retryBudget } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'

describe('a call whose first attempt its caller makes', () => {
  test('goes on from the outcome of that attempt', async () => {
    const clock = manualClock()
    const recorder = memoryRecorder()
    const policy = retry({ clock, recorder, baseDelayMs: 0, maxRetries: 2 })
    let calls = 0
    policy.begin()

    const running = policy.resume<string>(
      { error: Object.assign(new Error('busy'), { status: 503 }) },
      async ({ attempt }) => {
        calls++
        return `attempt ${attempt}`
      },
    )

    await clock.advance(0)
    const run = await running

    expect(run).toMatchObject({ ok: true, value: 'attempt 1', retryCount: 1 })
    expect(calls).toBe(1)
    expect(recorder.of('retry')).toMatchObject([{ reason: '5xx', result: 'scheduled' }])
  })

  test('that was good is done', async () => {
    const policy = retry({ clock: manualClock() })

    const run = await policy.resume({ value: 'good' }, () => Promise.reject(new Error('called')))

    expect(run).toMatchObject({ ok: true, value: 'good', retryCount: 0 })
  })

  test('pays into the budget once', () => {
    const clock = manualClock()
    const budget = retryBudget({ clock, ratio: 1, minPerSecond: 0 })
    const policy = retry({ clock, budget })

    policy.begin()

    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false])
  })
})
