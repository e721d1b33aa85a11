import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RollingWindow } from '../src/window.ts'

test('counts by column and forgets after the window, read or not', () => {
  const window = new RollingWindow(1_000, 2)
  window.add(0, 0)
  window.add(1, 0)
  window.add(1, 500)

  expect([window.sum(0, 500), window.sum(1, 500)]).toEqual([1, 2])
  expect([window.sum(0, 1_000), window.sum(1, 1_000)]).toEqual([0, 1])
  expect(window.sum(1, 3_600_000)).toBe(0)
})

test('a clock that steps back ages nothing', () => {
  const window = new RollingWindow(1_000, 1)
  window.add(0, 5_000)

  window.add(0, 4_000)

  expect(window.sum(0, 5_000)).toBe(2)
  expect(window.sum(0, 6_000)).toBe(0)
})

test('over another length of time it counts the same, each as old as the end of its slice', () => {
  const window = new RollingWindow(1_000, 2)
  window.add(0, 150)
  window.add(1, 950)

  const longer = window.resized(10_000, 1_000)
  expect([longer.sum(0, 1_000), longer.sum(1, 1_000)]).toEqual([1, 1])
  expect([longer.sum(0, 9_999), longer.sum(0, 10_000)]).toEqual([1, 0])
  const shorter = window.resized(100, 1_000)
  expect([shorter.sum(0, 1_000), shorter.sum(1, 1_000)]).toEqual([0, 1])
  expect(shorter.sum(1, 1_100)).toBe(0)
  expect(new RollingWindow(1_000, 1).resized(10, 5).sum(0, 5)).toBe(0)
})

test('holds all of the last nine tenths and nothing older than the whole, whatever happens', () => {
  const event = fc.record({
    waitMs: fc.constantFrom(0, 1, 99, 100, 450, 1_000, 9_999),
    add: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
      const window = new RollingWindow(1_000, 1)
      const added: number[] = []
      let nowMs = 0
      for (const { waitMs, add } of events) {
        nowMs += waitMs
        if (add) {
          window.add(0, nowMs)
          added.push(nowMs)
        }
        const younger = (ms: number) => added.filter((atMs) => atMs > nowMs - ms).length
        expect(window.sum(0, nowMs)).toBeGreaterThanOrEqual(younger(900))
        expect(window.sum(0, nowMs)).toBeLessThanOrEqual(younger(1_000))
      }
    }),
    { numRuns: 500 },
  )
})
