import { expect, test } from 'vitest'
import { manualClock } from '@plimsoll/policies/testing'

test('wakes sleepers in order of their time, each at its own moment', async () => {
  const clock = manualClock({ startMs: 10 })
  const woke: string[] = []
  const sleeper = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms)
    woke.push(`${name} at ${clock.now()}`)
  }
  const sleeps = [sleeper('c', 30), sleeper('a', 10), sleeper('b', 10)]

  await clock.advance(20)
  expect(woke).toEqual(['a at 20', 'b at 20'])
  await clock.advance(20)

  await Promise.all(sleeps)
  expect(woke).toEqual(['a at 20', 'b at 20', 'c at 40'])
  expect(clock.now()).toBe(50)
})

test('wakes those too who fall asleep meanwhile, if their time comes', async () => {
  const clock = manualClock()
  let naps = 0
  const napping = (async () => {
    for (; naps < 5; naps++) await clock.sleep(10)
  })()

  await clock.advance(30)
  expect(naps).toBe(3)
  await clock.advance(20)

  await napping
})

test('an abort wakes with its reason and leaves nobody behind', async () => {
  const clock = manualClock()
  const caller = new AbortController()
  const sleep = clock.sleep(10, caller.signal)

  caller.abort('off')

  await expect(sleep).rejects.toBe('off')
  await expect(clock.sleep(10, caller.signal)).rejects.toBe('off')
  expect(clock.sleepers).toBe(0)
})

test('a stall wakes nobody; the next advance wakes the late', async () => {
  const clock = manualClock()
  const woke: number[] = []
  clock.timer?.(10, () => woke.push(clock.now()))

  clock.stall(50)
  expect(woke).toEqual([])
  await clock.advance(0)

  expect(woke).toEqual([50])
})

test('a timer that is stopped does not run', async () => {
  const clock = manualClock()
  const stop = clock.timer?.(10, () => expect.unreachable())

  stop?.()
  stop?.()
  await clock.advance(100)
})

test('the wall clock jumps alone', () => {
  const clock = manualClock({ startMs: 5, epochMs: 1_000 })

  clock.jumpWall(-400)

  expect([clock.now(), clock.epoch()]).toEqual([5, 600])
})
