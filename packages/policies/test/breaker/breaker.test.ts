import { ERROR_TYPES } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import type { BreakerOptions } from '@plimsoll/policies'
import { exercise } from '@plimsoll/policies/testing'
import { admitted, BROKEN, fail, failing, setUp, working } from './set-up.ts'

describe('a closed breaker', () => {
  test('lets calls through and gives back what they give', async () => {
    const { breaker } = setUp()

    expect(await exercise(breaker, working)).toEqual({ value: 'value', calls: 1 })
    expect(await exercise(breaker, failing)).toEqual({ error: BROKEN, calls: 1 })
  })

  test('opens when the failure rate of enough calls is reached, not before', () => {
    const { breaker } = setUp({ minimumCalls: 4, failureRate: 0.5 })

    admitted(breaker).record('success')
    admitted(breaker).record('success')
    fail(breaker, 1)
    expect(breaker.state()).toBe('closed')
    fail(breaker, 1)

    expect(breaker.state()).toBe('open')
  })

  test('stays closed below the minimum number of calls, even if all fail', () => {
    const { breaker } = setUp({ minimumCalls: 10 })

    fail(breaker, 9)

    expect(breaker.state()).toBe('closed')
  })

  test('opens after failures in a row when that is asked for; a success begins the row anew', () => {
    const { breaker, recorder } = setUp({ consecutiveFailures: 3, minimumCalls: 100 })

    fail(breaker, 2)
    admitted(breaker).record('success')
    fail(breaker, 2)
    expect(breaker.state()).toBe('closed')
    fail(breaker, 1)

    expect(recorder.of('breaker_transition')).toMatchObject([{ reason: 'consecutive_failures' }])
  })

  test('forgets what is older than its window', async () => {
    const { breaker, clock } = setUp({ minimumCalls: 4, windowMs: 10_000 })

    fail(breaker, 3)
    await clock.advance(10_000)
    fail(breaker, 3)

    expect(breaker.state()).toBe('closed')
    expect(breaker.snapshot()).toMatchObject({ calls: 3, failures: 3 })
  })

  test('takes no notice of ignored outcomes', () => {
    const { breaker } = setUp({ minimumCalls: 1 })

    for (let time = 0; time < 20; time++) admitted(breaker).record('ignored')

    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 })
  })
})

describe('an open breaker', () => {
  test('rejects without calling and says when to come again', async () => {
    const { breaker, clock } = setUp({ minimumCalls: 1, openMs: 5_000 })
    fail(breaker, 1)
    await clock.advance(2_000)

    const result = await exercise(breaker, working)

    expect(result).toEqual({ error: 'ERR_PLIMSOLL_CIRCUIT_OPEN', calls: 0 })
    expect(breaker.admit()).toEqual({ admitted: false, state: 'open', retryAfterMs: 3_000 })
    await expect(breaker.run(working)).rejects.toMatchObject({
      retryAfterMs: 3_000,
      errorType: ERROR_TYPES.circuitOpen,
      message: expect.stringContaining('api'),
    })
  })

  test('is half open when its time is up, though nobody asked', async () => {
    const { breaker, clock } = setUp({ minimumCalls: 1, openMs: 5_000 })
    fail(breaker, 1)

    await clock.advance(4_999)
    expect(breaker.state()).toBe('open')
    await clock.advance(1)
    expect(breaker.state()).toBe('half_open')
  })

  test('starts no timer', () => {
    const { breaker, clock } = setUp({ minimumCalls: 1 })

    fail(breaker, 1)
    breaker.admit()

    expect(clock.sleepers).toBe(0)
  })

  test('stays open longer with every failed round of probes, up to the most, and begins anew once closed', async () => {
    const { breaker, clock, recorder } = setUp({
      minimumCalls: 1,
      openMs: 1_000,
      maxOpenMs: 3_000,
      backoffFactor: 2,
    })
    fail(breaker, 1)
    for (const openMs of [1_000, 2_000, 3_000]) {
      await clock.advance(openMs)
      fail(breaker, 1)
    }
    await clock.advance(3_000)
    admitted(breaker).record('success')
    fail(breaker, 1)

    const openings = recorder.of('breaker_transition').filter(({ newState }) => newState === 'open')
    expect(openings.map(({ resetTimeoutS }) => resetTimeoutS)).toEqual([1, 2, 3, 3, 1])
  })

  test('draws its open time from the last share of it', () => {
    for (const [drawn, resetTimeoutS] of [
      [0, 5],
      [0.5, 4.5],
      [1, 4],
    ] as const) {
      const { breaker, recorder } = setUp({ minimumCalls: 1, jitter: 0.2, random: () => drawn })
      fail(breaker, 1)
      expect(recorder.of('breaker_transition')).toMatchObject([{ resetTimeoutS }])
    }
  })

  test('opens for no less than the Retry-After of the failure that opened it, however long', () => {
    const { breaker } = setUp({ minimumCalls: 1, maxOpenMs: 60_000 })

    admitted(breaker).record('failure', { retryAfterMs: 600_000 })

    expect(breaker.admit()).toMatchObject({ retryAfterMs: 600_000 })
  })

  test('takes the Retry-After of the error of a call that it runs', async () => {
    const { breaker } = setUp({ minimumCalls: 1 })
    const error = Object.assign(new Error('busy'), { retryAfterMs: 70_000 })

    await exercise(breaker, () => Promise.reject(error))

    expect(breaker.admit()).toMatchObject({ retryAfterMs: 70_000 })
  })

  test.each([Number.NaN, -1, Infinity])(
    'takes no notice of a Retry-After of %d',
    (retryAfterMs) => {
      const { breaker } = setUp({ minimumCalls: 1, openMs: 5_000 })

      admitted(breaker).record('failure', { retryAfterMs })

      expect(breaker.admit()).toMatchObject({ retryAfterMs: 5_000 })
    },
  )
})

describe('a half-open breaker', () => {
  async function halfOpen(options: BreakerOptions = {}) {
    const rest = setUp({ minimumCalls: 1, openMs: 1_000, ...options })
    fail(rest.breaker, 1)
    await rest.clock.advance(1_000)
    return rest
  }

  test('admits as many probes as it may have in flight and rejects the rest', async () => {
    const { breaker } = await halfOpen({ halfOpenProbes: 2, probeTimeoutMs: 700 })

    const admissions = [breaker.admit(), breaker.admit(), breaker.admit()]

    expect(admissions.map((admission) => admission.admitted)).toEqual([true, true, false])
    expect(admissions[2]).toEqual({ admitted: false, state: 'half_open', retryAfterMs: 700 })
  })

  test('closes after as many successes as it needs, and forgets the failures', async () => {
    const { breaker, recorder, clock } = await halfOpen({ successesToClose: 2 })

    admitted(breaker).record('success')
    expect(breaker.state()).toBe('half_open')
    await clock.advance(500)
    admitted(breaker).record('success')

    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0, openings: 0 })
    expect(recorder.of('breaker_transition').at(-1)).toMatchObject({
      reason: 'probe_succeeded',
      openS: 1.5,
    })
  })

  test('opens again by one failed probe; other probes in flight are then late', async () => {
    const { breaker } = await halfOpen({ halfOpenProbes: 2 })
    const [first, second] = [admitted(breaker), admitted(breaker)]

    expect(first.record('failure')).toBe('failure')

    expect(breaker.state()).toBe('open')
    expect(second.record('success')).toBe('late')
    expect(breaker.state()).toBe('open')
  })

  test('gives the place of an ignored probe to the next', async () => {
    const { breaker } = await halfOpen()

    admitted(breaker).record('ignored')

    expect(breaker.state()).toBe('half_open')
    expect(breaker.admit().admitted).toBe(true)
  })

  test('takes a probe without outcome for failed, from the moment at which its time was up', async () => {
    const { breaker, clock, recorder } = await halfOpen({ probeTimeoutMs: 3_000, openMs: 1_000 })
    const hung = admitted(breaker)

    await clock.advance(3_000)
    expect(breaker.state()).toBe('open')
    await clock.advance(2_000)

    expect(breaker.state()).toBe('half_open')
    expect(hung.record('success')).toBe('late')
    expect(recorder.of('breaker_transition').map(({ reason }) => reason)).toEqual([
      'failure_rate',
      'reset_timeout',
      'probe_expired',
      'reset_timeout',
    ])
  })
})

describe('a permit', () => {
  test('records once: the first outcome counts and is repeated', () => {
    const { breaker, recorder } = setUp({ minimumCalls: 1 })
    const permit = admitted(breaker)

    const said = [permit.record('success'), permit.record('failure'), permit.record('ignored')]

    expect(said).toEqual(['success', 'success', 'success'])
    expect(recorder.of('breaker_execution')).toHaveLength(1)
    expect(breaker.state()).toBe('closed')
  })

  test('of an earlier state is late and moves nothing', async () => {
    const { breaker, clock, recorder } = setUp({ minimumCalls: 1, openMs: 1_000 })
    const early = admitted(breaker)
    fail(breaker, 1)
    await clock.advance(1_000)
    expect(breaker.state()).toBe('half_open')

    expect(early.record('success')).toBe('late')

    expect(breaker.state()).toBe('half_open')
    expect(recorder.of('breaker_execution').at(-1)).toMatchObject({
      state: 'closed',
      recorded: 'late',
    })
  })
})

describe('what a breaker reports', () => {
  test('is its life, each execution and each change, whole', async () => {
    const { breaker, clock, recorder } = setUp({
      subject: { address: 'api.example.org', port: 443 },
      scope: 'host',
      minimumCalls: 1,
      openMs: 2_000,
    })
    fail(breaker, 1)
    breaker.admit()
    await clock.advance(2_000)
    admitted(breaker).record('success')
    breaker.dispose()

    const place = { subject: { address: 'api.example.org', port: 443 }, scope: 'host' }
    const change = { kind: 'breaker_transition', ...place }
    const execution = { kind: 'breaker_execution', ...place }
    expect(recorder.records).toEqual([
      { kind: 'breaker_life', ...place, state: 'closed', change: 1 },
      { ...execution, state: 'closed', recorded: 'failure' },
      {
        ...change,
        oldState: 'closed',
        newState: 'open',
        reason: 'failure_rate',
        resetTimeoutS: 2,
        failureCount: 1,
        generation: 1,
        openS: undefined,
      },
      { ...execution, state: 'open', recorded: 'not_permitted' },
      {
        ...change,
        oldState: 'open',
        newState: 'half_open',
        reason: 'reset_timeout',
        resetTimeoutS: undefined,
        failureCount: 1,
        generation: 2,
        openS: undefined,
      },
      { ...execution, state: 'half_open', recorded: 'success' },
      {
        ...change,
        oldState: 'half_open',
        newState: 'closed',
        reason: 'probe_succeeded',
        resetTimeoutS: undefined,
        failureCount: 1,
        generation: 3,
        openS: 2,
      },
      { kind: 'breaker_life', ...place, state: 'closed', change: -1 },
    ])
  })
})
