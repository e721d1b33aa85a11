import fc from 'fast-check'
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

test('what was paid and spent is counted against new numbers', () => {
  const { budget } = setUp({ ratio: 1, minPerSecond: 0 })
  for (let call = 0; call < 10; call++) budget.deposit()
  for (let sent = 0; sent < 4; sent++) budget.withdraw()

  budget.update({ ratio: 0.4, minPerSecond: 0 })
  expect(budget.utilization()).toBe(1)
  expect(budget.withdraw()).toBe(false)
  budget.update({ ratio: 0.5, minPerSecond: 0 })

  expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false])
})

test('an update reports what it makes of the utilization, and refuses bad numbers', () => {
  const { budget, recorder } = setUp({ ratio: 1, minPerSecond: 0 })
  budget.deposit()
  budget.deposit()
  budget.withdraw()

  budget.update({ ratio: 0.5, minPerSecond: 0 })
  expect(() => budget.update({ ratio: -1 })).toThrow('retryBudget.ratio')

  expect(recorder.of('retry_budget').map(({ utilization }) => utilization)).toEqual([0.5, 1])
})

test('under any change of numbers, no more retries are paid for than the numbers of the moment allow', () => {
  const numbers = fc.record({
    ratio: fc.constantFrom(0, 0.1, 0.5, 1),
    minPerSecond: fc.constantFrom(0, 0.5, 3),
    windowMs: fc.constantFrom(1_000, 10_000),
  })
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant('deposit' as const) },
    { weight: 5, arbitrary: fc.constant('withdraw' as const) },
    { weight: 3, arbitrary: fc.constantFrom(1, 99, 100, 1_000, 7_000) },
    { weight: 1, arbitrary: numbers },
  )
  fc.assert(
    fc.property(numbers, fc.array(step, { maxLength: 80, size: 'max' }), (first, steps) => {
      const { budget, clock } = setUp(first)
      let terms = first
      const calls: number[] = []
      let retries: number[] = []
      let overspent = 0
      for (const next of steps) {
        const nowMs = clock.now()
        const youngerThan = (ms: number) => retries.filter((atMs) => atMs > nowMs - ms)
        if (typeof next === 'number') clock.stall(next)
        else if (next === 'deposit') {
          budget.deposit()
          calls.push(nowMs)
        } else if (next === 'withdraw') {
          const most = terms.ratio * calls.length + (terms.minPerSecond * terms.windowMs) / 1_000
          retries = youngerThan(terms.windowMs * 0.9)
          const paid = budget.withdraw()
          if (paid) retries.push(nowMs)
          if (paid) overspent = Math.max(overspent, retries.length - most)
        } else {
          // What a shorter window has forgotten, a longer one does not bring back.
          retries = youngerThan(terms.windowMs * 0.9)
          terms = next
          budget.update(next)
        }
      }
      expect(overspent).toBeLessThan(1e-6)
    }),
  )
})
