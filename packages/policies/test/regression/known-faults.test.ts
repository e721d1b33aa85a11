import { describe, expect, test } from 'vitest'
import { circuitBreaker, rateLimiter, retry, type Permit } from '@plimsoll/policies'
import { exercise, manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { deferred, watch } from '../support/promise-state.ts'

// Faults that were measured in libraries in use. Each is told as what a program saw.

const BROKEN = new Error('broken')
const failing = (): Promise<never> => Promise.reject(BROKEN)

async function halfOpen() {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const breaker = circuitBreaker({
    clock,
    recorder,
    minimumCalls: 1,
    openMs: 1_000,
    probeTimeoutMs: 10_000,
    jitter: 0,
  })
  const early = breaker.admit() as Permit
  await exercise(breaker, failing)
  await clock.advance(1_000)
  return { clock, recorder, breaker, early }
}

describe('a circuit breaker', () => {
  test('is not closed by a success of a call that began before it opened', async () => {
    const { breaker, early } = await halfOpen()

    expect(early.record('success')).toBe('late')

    expect(breaker.state()).toBe('half_open')
  })

  test('is not opened again by a failure of a call that began before it opened', async () => {
    const { breaker, early } = await halfOpen()
    expect(breaker.state()).toBe('half_open')

    expect(early.record('failure')).toBe('late')

    expect(breaker.state()).toBe('half_open')
  })

  test('is neither closed nor opened by a probe that its caller aborted', async () => {
    const { breaker, clock } = await halfOpen()
    const caller = new AbortController()
    const { signal } = caller
    const probe = exercise(breaker, () => clock.sleep(60_000, signal), { signal })

    caller.abort('off')

    expect(await probe).toEqual({ error: 'off', calls: 1 })
    expect(breaker.state()).toBe('half_open')
    expect(breaker.admit().admitted).toBe(true)
  })

  test('does not reject for ever when a probe never settles', async () => {
    const { breaker, clock } = await halfOpen()
    watch(breaker.run(() => new Promise<never>(() => {})))
    expect(breaker.admit().admitted).toBe(false)

    await clock.advance(10_000 + 2_000)

    expect(await exercise(breaker, async () => 'value')).toEqual({ value: 'value', calls: 1 })
    expect(breaker.state()).toBe('closed')
  })

  test('rejects what comes while it probes instead of queueing it, and heeds no timer for it', async () => {
    const { breaker, clock } = await halfOpen()
    const probe = deferred<string>()
    const first = watch(breaker.run(() => probe.promise))

    const others = await Promise.all(
      Array.from({ length: 1_000 }, () => exercise(breaker, async () => 'value')),
    )

    expect(others.every((other) => other.calls === 0)).toBe(true)
    expect(clock.sleepers).toBe(0)
    probe.resolve('value')
    await clock.settle()
    expect(first.value).toBe('value')
  })

  test('has an empty window after a quiet hour', async () => {
    const clock = manualClock()
    const breaker = circuitBreaker({ clock, minimumCalls: 1_000, windowMs: 10_000 })
    for (let call = 0; call < 100; call++) {
      await exercise(breaker, call % 2 === 0 ? failing : async () => 'value')
    }
    expect(breaker.snapshot()).toMatchObject({ calls: 100, failures: 50 })

    clock.stall(3_600_000)

    expect(breaker.snapshot()).toMatchObject({ calls: 0, failures: 0 })
  })

  test('does not count rejected calls into its rate', async () => {
    const clock = manualClock()
    const breaker = circuitBreaker({ clock, minimumCalls: 1 })
    await exercise(breaker, failing)

    for (let call = 0; call < 9; call++) await exercise(breaker, failing)

    expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 1 })
  })

  test('is not let through by a wall clock that is set an hour forward', async () => {
    const clock = manualClock()
    const breaker = circuitBreaker({ clock, minimumCalls: 1, openMs: 60_000 })
    await exercise(breaker, failing)

    clock.jumpWall(3_600_000)

    expect((await exercise(breaker, failing)).calls).toBe(0)
  })

  test('takes the same time for a failure whatever its window holds', () => {
    const clock = manualClock()
    const breaker = circuitBreaker({ clock, minimumCalls: 1e9 })
    const many = (calls: number): number => {
      const before = performance.now()
      for (let call = 0; call < calls; call++) (breaker.admit() as Permit).record('failure')
      return (performance.now() - before) / calls
    }
    many(20_000)
    const empty = Math.min(many(5_000), many(5_000), many(5_000))
    many(100_000)
    const full = Math.min(many(5_000), many(5_000), many(5_000))

    // A window that is walked through at each failure would be a thousand times slower.
    expect(full).toBeLessThan(20 * empty)
  })
})

describe('a retry', () => {
  test('that is aborted in its backoff settles at once and does not call once more', async () => {
    const clock = manualClock()
    const caller = new AbortController()
    const policy = retry({ clock, baseDelayMs: 1_000, jitter: 'none' })
    const run = watch(exercise(policy, failing, { signal: caller.signal }))
    await clock.advance(100)

    caller.abort('off')
    await clock.settle()

    expect(run.value).toEqual({ error: 'off', calls: 1 })
    await clock.advance(100_000)
    expect(run.value).toEqual({ error: 'off', calls: 1 })
  })

  test('does not cut a Retry-After down to its own longest delay', async () => {
    const clock = manualClock()
    const policy = retry({ clock, maxDelayMs: 300 })
    const asking = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('busy'), { status: 503, retryAfterMs: 2_000 }))
    const seen: number[] = []
    watch(
      policy.run(() => {
        seen.push(clock.now())
        return asking()
      }),
    )

    await clock.advance(1_999)
    expect(seen).toEqual([0])
    await clock.advance(500)
    expect(seen).toHaveLength(2)
  })

  test('spreads its retries: two clients do not come back at the same moment', async () => {
    const moments = await Promise.all(
      [0.2, 0.7].map(async (drawn) => {
        const clock = manualClock()
        const policy = retry({ clock, random: () => drawn, maxRetries: 1 })
        const seen: number[] = []
        watch(
          policy.run(() => {
            seen.push(clock.now())
            return failing()
          }),
        )
        await clock.advance(1_000)
        return seen[1]
      }),
    )

    expect(moments[0]).not.toBe(moments[1])
  })
})

describe('a rate limiter', () => {
  test('does not let twice its limit through at the edge of a window', async () => {
    const clock = manualClock()
    const limiter = rateLimiter({ clock, ratePerSecond: 10, burst: 10, maxDelayMs: 0 })
    let went = 0
    const goes = async (): Promise<void> => {
      for (let call = 0; call < 10; call++) went += (await exercise(limiter, async () => 1)).calls
    }
    await clock.advance(950)
    await goes()

    await clock.advance(100)
    await goes()

    expect(went).toBe(11)
  })

  test('does not run a job whose caller has aborted while it stood in the line', async () => {
    const clock = manualClock()
    const limiter = rateLimiter({ clock, ratePerSecond: 1 })
    await limiter.acquire()
    const caller = new AbortController()
    const job = watch(exercise(limiter, async () => 1, { signal: caller.signal }))
    await clock.settle()

    caller.abort('off')
    await clock.advance(10_000)

    expect(job.value).toEqual({ error: 'off', calls: 0 })
  })

  test('costs one timer for any number who wait, and none when nobody does', async () => {
    const clock = manualClock()
    const make = () => rateLimiter({ clock, ratePerSecond: 1 })
    const limiters = [make(), ...Array.from({ length: 1_000 }, make)] as const
    expect(clock.sleepers).toBe(0)
    const [limiter] = limiters
    const waits = Array.from({ length: 500 }, () => watch(limiter.acquire()))
    await clock.settle()

    expect(clock.sleepers).toBe(1)
    await clock.advance(500_000)
    expect(waits.every(({ state }) => state === 'fulfilled')).toBe(true)
    expect(clock.sleepers).toBe(0)
  })
})
