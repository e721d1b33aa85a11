import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compare, exactly, type Interval } from '../../src/sli/interval.ts'
import type { Comparison } from '../../src/spec/model.ts'

const HOLDS: Record<Comparison, (value: number, limit: number) => boolean> = {
  lte: (value, limit) => value <= limit,
  lt: (value, limit) => value < limit,
  gte: (value, limit) => value >= limit,
  gt: (value, limit) => value > limit,
}
const OPS = ['lte', 'lt', 'gte', 'gt'] as const

/** Whole numbers and halves of an interval, and what lies far outside when an end is open. */
function members({ low, lowOpen, high }: Interval): number[] {
  return Array.from({ length: 81 }, (_, index) => index / 2 - 20).filter(
    (value) =>
      (low === null || (lowOpen ? value > low : value >= low)) && (high === null || value <= high),
  )
}

test('a comparison is kept or broken exactly when all values of the interval agree', () => {
  const end = fc.option(fc.integer({ min: -9, max: 9 }))
  fc.assert(
    fc.property(
      end,
      end,
      fc.boolean(),
      fc.integer({ min: -9, max: 9 }),
      fc.constantFrom(...OPS),
      (a, b, lowOpen, limit, op) => {
        fc.pre(a === null || b === null || a < b || (a === b && !lowOpen))
        const interval = { low: a, lowOpen, high: b }
        const results = new Set(members(interval).map((value) => HOLDS[op](value, limit)))

        const expected = results.size === 2 ? 'open' : results.has(true) ? 'kept' : 'broken'

        expect(compare(interval, op, limit)).toBe(expected)
      },
    ),
    { numRuns: 2000 },
  )
})

test('one exact value is never open', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true }),
      fc.constantFrom(...OPS),
      (value, limit, op) => {
        expect(compare(exactly(value), op, limit)).toBe(HOLDS[op](value, limit) ? 'kept' : 'broken')
      },
    ),
  )
})
