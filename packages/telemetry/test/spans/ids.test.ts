import { isValidSpanId, isValidTraceId } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { newSpanId, newTraceId } from '../../src/spans/ids.ts'

test('ids are valid, and none comes twice', () => {
  const traces = Array.from({ length: 5_000 }, newTraceId)
  const spans = Array.from({ length: 5_000 }, newSpanId)

  expect(traces.every(isValidTraceId)).toBe(true)
  expect(spans.every(isValidSpanId)).toBe(true)
  expect([new Set(traces).size, new Set(spans).size]).toEqual([5_000, 5_000])
})

test('every bit of an id is drawn: each stands at 1 in about half of them', () => {
  const ids = Array.from({ length: 4_000 }, newTraceId).map((id) => BigInt(`0x${id}`))

  for (let bit = 0n; bit < 128n; bit += 1n) {
    const ones = ids.filter((id) => ((id >> bit) & 1n) === 1n).length
    // Seven standard deviations of 4000 draws are 221.
    expect(Math.abs(ones - 2_000)).toBeLessThan(221)
  }
})
