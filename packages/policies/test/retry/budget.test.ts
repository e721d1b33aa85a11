import { expect, test } from 'vitest'
import { retryBudget, type RetryBudgetOptions } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'

function setUp(options: RetryBudgetOptions = {}) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  return { clock, recorder, budget: retryBudget({ clock, recorder, name: 'api', ...options }) }
}

test('calls pay for a share of retries', () => {
  const { budget } = setUp({ ratio: 0.2, minPerSecond: 0 })
  for (let call = 0; call < 10; call++) budget.deposit()

  expect([budget.withdraw(), budget.withdraw(), budget.withdraw()]).toEqual([true, true, false])
  expect(budget.utilization()).toBe(1)
})

test('a quiet program has a few retries a second for nothing', () => {
  const { budget } = setUp({ ratio: 0, minPerSecond: 0.3, windowMs: 10_000 })

  expect([1, 2, 3, 4].map(() => budget.withdraw())).toEqual([true, true, true, false])
})

test('what was paid and what was spent is forgotten after the window', async () => {
  const { budget, clock } = setUp({ ratio: 1, minPerSecond: 0, windowMs: 1_000 })
  budget.deposit()
  expect(budget.withdraw()).toBe(true)

  await clock.advance(1_000)
  expect(budget.withdraw()).toBe(false)
  budget.deposit()
  expect(budget.withdraw()).toBe(true)
})

test('a budget of nothing is always spent', () => {
  const { budget } = setUp({ ratio: 0, minPerSecond: 0 })

  expect(budget.utilization()).toBe(1)
  expect(budget.withdraw()).toBe(false)
})

test('reports its utilization as it is spent and as calls pay it back', () => {
  const { budget, recorder } = setUp({ ratio: 1, minPerSecond: 0 })
  budget.deposit()
  expect(recorder.records).toEqual([])

  budget.withdraw()
  budget.deposit()

  const record = { kind: 'retry_budget', subject: { source: 'api' } }
  expect(recorder.records).toEqual([
    { ...record, utilization: 1 },
    { ...record, utilization: 0.5 },
  ])
})

test('bad options are refused', () => {
  expect(() => setUp({ ratio: -1 })).toThrow('retryBudget.ratio: expected a number from 0, got -1')
  expect(() => setUp({ windowMs: 0 })).toThrow('retryBudget.windowMs')
})
