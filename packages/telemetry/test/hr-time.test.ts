import { expect, test } from 'vitest'
import { hrTime } from '../src/hr-time.ts'

test('milliseconds become seconds and nanoseconds', () => {
  expect([0, 1, 999, 1000, 1_795_000_000_123, 1500.25].map(hrTime)).toEqual([
    [0, 0],
    [0, 1_000_000],
    [0, 999_000_000],
    [1, 0],
    [1_795_000_000, 123_000_000],
    [1, 500_250_000],
  ])
})
