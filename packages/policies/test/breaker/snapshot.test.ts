import { describe, expect, test } from 'vitest'
import { circuitBreaker, OptionError, type CircuitBreaker } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { fail, setUp } from './set-up.ts'

describe('a snapshot', () => {
  test('carries an open breaker over to another process, less the time that has passed', async () => {
    const { breaker, clock } = setUp({ minimumCalls: 1, openMs: 5_000 })
    fail(breaker, 1)
    await clock.advance(1_000)
    const saved: unknown = JSON.parse(JSON.stringify(breaker.snapshot()))
    const later = manualClock({ startMs: 77, epochMs: clock.epoch() + 1_500 })
    const recorder = memoryRecorder()
    const other = circuitBreaker({ clock: later, recorder })

    other.restore(saved as ReturnType<CircuitBreaker['snapshot']>)

    expect(other.admit()).toEqual({ admitted: false, state: 'open', retryAfterMs: 2_500 })
    expect(recorder.of('breaker_transition')).toMatchObject([{ reason: 'restored' }])
  })

  test.each([-1e9, 1e9])('is not prolonged by a wall clock that jumped by %d ms', async (jump) => {
    const { breaker, clock } = setUp({ minimumCalls: 1, openMs: 5_000 })
    fail(breaker, 1)
    const saved = breaker.snapshot()
    clock.jumpWall(jump)
    const other = circuitBreaker({ clock })

    other.restore(saved)
    await clock.advance(5_000)

    expect(other.state()).toBe('half_open')
  })

  test('of each state is restored as that state', () => {
    const clock = manualClock()
    const base = { openings: 2, epochMs: clock.epoch(), calls: 0, failures: 0 }
    const breaker = circuitBreaker({ clock })

    breaker.restore({ ...base, state: 'open', remainingMs: null })
    expect(breaker.admit()).toMatchObject({ retryAfterMs: Infinity })
    expect(breaker.snapshot()).toMatchObject({ state: 'open', remainingMs: null, openings: 2 })
    breaker.restore({ ...base, state: 'half_open', remainingMs: 0 })
    expect(breaker.state()).toBe('half_open')
    breaker.restore({ ...base, state: 'closed', openings: 0, remainingMs: 0 })
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', openings: 0 })
  })

  test('that is none is refused with its place and value', () => {
    const breaker = circuitBreaker()
    const bad = { ...breaker.snapshot(), remainingMs: -5 }

    expect(() => breaker.restore(bad)).toThrow(OptionError)
    expect(() => breaker.restore(bad)).toThrow(/snapshot\.remainingMs.*-5/)
  })
})
