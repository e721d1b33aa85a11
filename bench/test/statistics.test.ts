import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mean, quantile, spreadOf } from '../statistics.ts'

// No −0: it is no other value than 0.
const value = fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((each) => each + 0)
const values = fc.array(value, { minLength: 1 })

describe('spreadOf', () => {
  test('an odd number of values has the middle one for its median', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, low: 1, high: 5 })
  })

  test('an even number of values has the mean of the two middle ones', () => {
    expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, low: 1, high: 10 })
  })

  test('as many values lie below the median as above, and the order does not matter', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { median, low, high } = spreadOf(list)
        const below = list.filter((value) => value < median).length
        const above = list.filter((value) => value > median).length

        expect(Math.max(below, above)).toBeLessThanOrEqual(list.length / 2)
        expect([low, high]).toEqual([Math.min(...list), Math.max(...list)])
        expect(spreadOf(list.toReversed())).toEqual(spreadOf(list))
      }),
    )
  })

  test('nothing, and what is no number, have no median', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured')
    expect(() => spreadOf([1, Number.NaN])).toThrow('1,NaN')
  })
})

describe('quantile', () => {
  test('is the nearest rank', () => {
    const hundred = Float64Array.from({ length: 100 }, (_, index) => 100 - index)

    expect([0, 0.01, 0.5, 0.99, 1].map((q) => quantile(hundred, q))).toEqual([1, 1, 50, 99, 100])
  })

  test('at least its share of the values is not above it, and no smaller value has that', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
        const found = quantile(Float64Array.from(list), q)
        const share = (value: number): number =>
          list.filter((each) => each <= value).length / list.length

        expect(share(found)).toBeGreaterThanOrEqual(q)
        for (const smaller of list.filter((each) => each < found)) {
          expect(share(smaller)).toBeLessThan(q)
        }
      }),
    )
  })

  test('of nothing there is none', () => {
    expect(() => quantile(new Float64Array(), 0.5)).toThrow('no quantile of nothing')
  })
})

test('a mean of nothing is refused', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(() => mean([])).toThrow('no mean of nothing')
})
