import fc from 'fast-check'
import { systemClock, TimeLimit, TimeLine, type Clock } from '@plimsoll/policies'
import { manualClock } from '@plimsoll/policies/testing'
import { describe, expect, test } from 'vitest'

class Noted extends TimeLimit {
  readonly name: number
  readonly #to: number[]

  constructor(name: number, to: number[]) {
    super()
    this.name = name
    this.#to = to
  }

  expire(): void {
    this.#to.push(this.name)
  }
}

test('whatever begins and ends, each limit expires once, in time and in the order of their ends', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ begin: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ end: fc.nat(50) }) },
    { weight: 2, arbitrary: fc.record({ advance: fc.nat(10) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = manualClock()
      const line = new TimeLine(clock)
      const expired: number[] = []
      const limits: Noted[] = []
      let running: { readonly name: number; readonly dueMs: number }[] = []
      const expected: number[] = []
      for (const each of steps) {
        if ('begin' in each) {
          const limit = new Noted(limits.length, expired)
          limits.push(limit)
          const dueMs = clock.now() + each.begin
          line.begin(limit, dueMs)
          running.push({ name: limit.name, dueMs })
        } else if ('end' in each) {
          const limit = limits[each.end]
          if (limit === undefined) continue
          line.end(limit)
          running = running.filter(({ name }) => name !== limit.name)
        } else {
          await clock.advance(each.advance)
          const due = running.filter(({ dueMs }) => dueMs <= clock.now())
          expected.push(...due.sort((a, b) => a.dueMs - b.dueMs).map(({ name }) => name))
          running = running.filter(({ dueMs }) => dueMs > clock.now())
        }
        expect(expired).toEqual(expected)
        expect(clock.sleepers).toBe(running.length > 0 ? 1 : 0)
      }
    }),
  )
})

test('a limit that throws when it expires does not keep the others from it', async () => {
  const clock = manualClock()
  const line = new TimeLine(clock)
  const expired: number[] = []
  class Faulty extends TimeLimit {
    expire(): void {
      throw new Error('faulty')
    }
  }
  line.begin(new Faulty(), 1)
  line.begin(new Noted(1, expired), 1)
  line.begin(new Noted(2, expired), 5)

  await expect(clock.advance(1)).rejects.toThrow('faulty')
  await clock.advance(10)

  expect(expired).toEqual([1, 2])
})

describe('on the real clock', () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

  test('a limit is not told before its time, and holds the process only while it runs', async () => {
    const line = new TimeLine(systemClock)
    const before = timers()
    const startMs = systemClock.now()
    const expired = await new Promise<number>((resolve) => {
      class Timed extends TimeLimit {
        expire(): void {
          resolve(systemClock.now())
        }
      }
      const ended = new Noted(0, [])
      line.begin(ended, startMs + 3)
      line.begin(new Timed(), startMs + 7.3)
      line.end(ended)
      expect(timers()).toBe(before + 1)
    })

    expect(expired - startMs).toBeGreaterThanOrEqual(7.3)
    expect(timers()).toBe(before)
  })

  test('one timer serves a thousand limits, and rests when the last has ended', () => {
    const line = new TimeLine(systemClock)
    const before = timers()
    const limits = Array.from({ length: 1_000 }, (_, index) => new Noted(index, []))
    for (const limit of limits) line.begin(limit, systemClock.now() + 60_000)
    expect(timers()).toBe(before + 1)

    for (const limit of limits) line.end(limit)

    expect(timers()).toBe(before)
  })
})

test('a clock without alarms and timers serves as well', async () => {
  const hand = manualClock()
  const clock: Clock = {
    now: () => hand.now(),
    epoch: () => hand.epoch(),
    sleep: (ms, signal) => hand.sleep(ms, signal),
  }
  const line = new TimeLine(clock)
  const expired: number[] = []
  line.begin(new Noted(1, expired), 10)
  line.begin(new Noted(2, expired), Infinity)

  await hand.advance(10)

  expect(expired).toEqual([1])
})
