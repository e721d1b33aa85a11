import { expect, test } from 'vitest'
import { chance, grownMs } from '../src/backoff.ts'

test('grows by its factor up to the most, also where the power overflows', () => {
  const growth = { baseMs: 100, factor: 2, maxMs: 1_000 }

  expect([0, 1, 2, 3, 4, 5_000].map((step) => grownMs(growth, step))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ])
  expect(grownMs({ ...growth, factor: 1 }, 5_000)).toBe(100)
})

test('a base of nothing stays nothing, even after as many steps as there are', () => {
  expect(grownMs({ baseMs: 0, factor: 2, maxMs: 1_000 }, 2_000)).toBe(0)
})

test('a bad source of chance counts as one half', () => {
  expect([0, 0.3, 1].map((drawn) => chance(() => drawn))).toEqual([0, 0.3, 1])
  expect([Number.NaN, -1, 7].map((drawn) => chance(() => drawn))).toEqual([0.5, 0.5, 0.5])
  const throwing = (): number => {
    throw new Error('no chance')
  }
  expect(chance(throwing)).toBe(0.5)
})
