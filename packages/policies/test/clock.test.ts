import { expect, test, vi } from 'vitest'
import { startTimer, systemClock, type Clock } from '@plimsoll/policies'
import { manualClock } from '@plimsoll/policies/testing'

test('the real clock wakes no earlier than asked', async () => {
  const beforeMs = systemClock.now()

  await systemClock.sleep(5.6)

  expect(systemClock.now() - beforeMs).toBeGreaterThanOrEqual(5.6)
})

test('the real clock tells the time of the day', () => {
  expect(Math.abs(systemClock.epoch() - Date.now())).toBeLessThan(1_000)
})

test('a sleep that is aborted rejects with the reason and leaves no timer', async () => {
  const active = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = active()
  const caller = new AbortController()
  const sleep = systemClock.sleep(60_000, caller.signal)
  expect(active()).toBe(before + 1)

  caller.abort('off')

  await expect(sleep).rejects.toBe('off')
  expect(active()).toBe(before)
  await expect(systemClock.sleep(60_000, caller.signal)).rejects.toBe('off')
  expect(active()).toBe(before)
})

test("a sleep may be longer than Node's longest timer", async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    const month = 30 * 24 * 3_600_000
    let woke = false
    const sleep = systemClock.sleep(month).then(() => (woke = true))
    await vi.advanceTimersByTimeAsync(month - 1)
    expect(woke).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await sleep
  } finally {
    vi.useRealTimers()
  }
})

test('a timer runs once, unless it is stopped', async () => {
  let runs = 0
  const stop = startTimer(systemClock, 1, () => runs++)
  startTimer(systemClock, 1, () => runs++)
  stop()

  await systemClock.sleep(10)
  stop()

  expect(runs).toBe(1)
})

test('a clock that cannot wait counts as one whose time is up', async () => {
  const clock = manualClock()
  const broken: Clock = {
    now: () => 0,
    epoch: () => 0,
    sleep: () => Promise.reject(new Error('broken')),
  }
  let runs = 0
  startTimer(broken, 1_000, () => runs++)

  await clock.settle()

  expect(runs).toBe(1)
})
