import { expect, test } from 'vitest'
import { countAllocation } from '../allocation.ts'

const ELEMENT_BYTES = 8

/** Arrays of numbers, of so many bytes together; each is garbage at once. */
function allocate(bytes: number): number {
  const perArray = 1_000
  let kept = 0
  for (let done = 0; done < bytes; done += perArray * ELEMENT_BYTES) {
    kept += Array.from({ length: perArray }, (_, index) => index + 0.5).length
  }
  return kept
}

test('what was allocated is counted, also when it was collected meanwhile', () => {
  allocate(1e6)
  const [small, large] = [20e6, 200e6]

  const counts = [small, large].map((bytes) => {
    const allocated = countAllocation()
    allocate(bytes)
    return allocated()
  })

  // Twice the bytes at most: an array that grows is copied. What matters is that ten times the work is ten times as much.
  expect(counts[0]).toBeGreaterThan(small)
  expect(Number(counts[1]) / Number(counts[0])).toBeGreaterThan(9.5)
  expect(Number(counts[1]) / Number(counts[0])).toBeLessThan(10.5)
})

test('nothing done is next to nothing allocated', () => {
  const allocated = countAllocation()

  expect(allocated()).toBeLessThan(100_000)
})
