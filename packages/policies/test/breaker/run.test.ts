import { describe, expect, test } from 'vitest'
import { exercise } from '@plimsoll/policies/testing'
import { deferred, watch } from '../support/promise-state.ts'
import { admitted, BROKEN, fail, failing, setUp, working } from './set-up.ts'

describe('running a call', () => {
  test('an abort by the caller settles at once, is ignored, and frees the place of a probe', async () => {
    const { breaker, clock, recorder } = setUp({ minimumCalls: 1, openMs: 1_000 })
    fail(breaker, 1)
    await clock.advance(1_000)
    const caller = new AbortController()
    const deaf = deferred<string>()
    const probe = watch(breaker.run(() => deaf.promise, { signal: caller.signal }))

    caller.abort(new Error('no longer needed'))
    await clock.settle()

    expect(probe).toMatchObject({ state: 'rejected', error: { message: 'no longer needed' } })
    expect(recorder.of('breaker_execution').at(-1)).toMatchObject({ recorded: 'ignored' })
    expect(breaker.state()).toBe('half_open')
    expect(breaker.admit().admitted).toBe(true)
  })

  test('a caller that has aborted already is not served', async () => {
    const { breaker, recorder } = setUp()

    const result = await exercise(breaker, working, { signal: AbortSignal.abort('gone') })

    expect(result).toEqual({ error: 'gone', calls: 0 })
    expect(recorder.of('breaker_execution')).toEqual([])
  })

  test('a classifier judges values and errors', async () => {
    const { breaker } = setUp({
      minimumCalls: 1,
      classify: (outcome) => ('value' in outcome && outcome.value === 503 ? 'failure' : 'success'),
    })

    expect(await exercise(breaker, failing)).toEqual({ error: BROKEN, calls: 1 })
    expect(breaker.state()).toBe('closed')
    expect(await exercise(breaker, async () => 503)).toEqual({ value: 503, calls: 1 })
    expect(breaker.state()).toBe('open')
  })

  test('a classifier that throws is heard, and the outcome is ignored', async () => {
    const { breaker, recorder } = setUp({
      classify: () => {
        throw new Error('classifier')
      },
    })

    await expect(breaker.run(working)).rejects.toThrow('classifier')

    expect(recorder.of('breaker_execution')).toMatchObject([{ recorded: 'ignored' }])
  })

  test('a call that throws instead of rejecting is a failure too', async () => {
    const { breaker } = setUp({ minimumCalls: 1 })

    const result = await exercise(breaker, () => {
      throw BROKEN
    })

    expect(result).toEqual({ error: BROKEN, calls: 1 })
    expect(breaker.state()).toBe('open')
  })
})

describe('by hand', () => {
  test('forceOpen opens until close, or for a time', async () => {
    const { breaker, clock, recorder } = setUp()

    breaker.forceOpen()
    await clock.advance(1e9)
    expect(breaker.admit()).toEqual({ admitted: false, state: 'open', retryAfterMs: Infinity })
    breaker.close()
    expect(breaker.state()).toBe('closed')
    breaker.forceOpen(1_000)
    await clock.advance(1_000)
    expect(breaker.state()).toBe('half_open')

    expect(recorder.of('breaker_transition')).toMatchObject([
      { reason: 'forced', newState: 'open', resetTimeoutS: undefined },
      { reason: 'forced', newState: 'closed' },
      { reason: 'forced', newState: 'open', resetTimeoutS: 1 },
      { reason: 'reset_timeout', newState: 'half_open' },
    ])
  })

  test('a disposed breaker admits everybody, counts nobody and changes no more', () => {
    const { breaker, recorder } = setUp({ minimumCalls: 1 })
    const before = admitted(breaker)
    breaker.dispose()
    breaker.dispose()

    expect(before.record('failure')).toBe('late')
    expect(admitted(breaker).record('failure')).toBe('late')
    breaker.forceOpen()

    expect(breaker.state()).toBe('closed')
    expect(recorder.of('breaker_life').map(({ change }) => change)).toEqual([1, -1])
    expect(recorder.of('breaker_transition')).toEqual([])
  })
})
