import { expect, test } from 'vitest'
import { compare } from '../calls/compare.ts'
import type { Measured } from '../calls/program.ts'

function measured(perCall: { cpu: number; heap: number; rate: number }, atOnce = 50): Measured {
  const calls = 1_000
  return {
    atOnce,
    calls,
    elapsedMs: (calls / perCall.rate) * 1_000,
    p50Ms: 1,
    p99Ms: 2,
    cpuMicros: perCall.cpu * calls,
    heapBytes: perCall.heap * calls,
  }
}

test('a row is the difference to the mean of its own baselines, in the median of its turns', () => {
  const turn = (cpu: number, rate: number) => ({
    id: 'policies',
    measured: [measured({ cpu: cpu + 5, heap: 1_500, rate: rate * 0.9 })],
    // A machine that is slower by the minute does not show in the differences.
    baselines: [
      [measured({ cpu: cpu - 1, heap: 900, rate: rate + 10 })],
      [measured({ cpu: cpu + 1, heap: 1_100, rate: rate - 10 })],
    ] as const,
  })

  const [row, ...others] = compare([turn(100, 5_000), turn(300, 2_000), turn(150, 3_000)])

  expect(others).toEqual([])
  expect(row).toMatchObject({
    id: 'policies',
    atOnce: 50,
    turns: 3,
    cpuMicros: { median: 155, low: 105, high: 305 },
  })
  expect(row?.addedCpuMicros.low).toBeCloseTo(5)
  expect(row?.addedCpuMicros.high).toBeCloseTo(5)
  expect(row?.rateRatio.median).toBeCloseTo(0.9)
  expect(row?.addedHeapBytes).toEqual({ median: 500, low: 500, high: 500 })
})

test('each concurrency is a row of its own and held against its like', () => {
  const both = (cpu: number): Measured[] => [
    measured({ cpu, heap: 1, rate: 1 }, 1),
    measured({ cpu: cpu * 2, heap: 1, rate: 1 }, 50),
  ]

  const rows = compare([
    { id: 'observed', measured: both(30), baselines: [both(10), both(10)] as const },
  ])

  expect(rows.map(({ atOnce, addedCpuMicros }) => [atOnce, addedCpuMicros.median])).toEqual([
    [1, 20],
    [50, 40],
  ])
})

test('a baseline that was measured at another concurrency is no baseline', () => {
  const own = [measured({ cpu: 1, heap: 1, rate: 1 }, 50)]
  const other = [measured({ cpu: 1, heap: 1, rate: 1 }, 1)]

  expect(() =>
    compare([{ id: 'observed', measured: own, baselines: [other, own] as const }]),
  ).toThrow('no baseline at 50 calls at once')
})
