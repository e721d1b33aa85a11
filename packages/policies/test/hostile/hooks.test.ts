import {
  circuitBreaker,
  deadline,
  fallback,
  pipe,
  rateLimiter,
  retry,
  timeout,
  type Outcome,
  type Policy,
  type RetryDecision,
  type Verdict,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder, type ManualClock } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watch } from '../support/promise-state.ts'

let clock: ManualClock
const unhandled: unknown[] = []
const hear = (reason: unknown): void => void unhandled.push(reason)

beforeEach(() => {
  clock = manualClock()
  unhandled.length = 0
  process.on('unhandledRejection', hear)
})
afterEach(() => {
  process.off('unhandledRejection', hear)
})

const BUSY = Object.assign(new Error('busy'), { status: 503 })
const THEIRS = new Error('of the hook')
const fault = (): never => {
  throw THEIRS
}
const never = (): Promise<never> => new Promise(() => {})

/** A promise of somebody's own making. */
function foreign(then: (done: (value: string) => void) => void): unknown {
  // oxlint-disable-next-line unicorn/no-thenable -- that is the case
  return Object.defineProperty({}, 'then', { value: then })
}

/** Functions where a hook should be: what they give is no answer. */
const RUBBISH: Readonly<Record<string, () => unknown>> = {
  throws: fault,
  'rejects later': () => Promise.reject(THEIRS),
  'never settles': never,
  'gives undefined': () => undefined,
  'gives null': () => null,
  'gives a number': () => Number.NaN,
  'gives text': () => 'perhaps',
  'gives an object': () => ({}),
  'gives a symbol': () => Symbol('no answer'),
}
const rubbish = Object.entries(RUBBISH)
/** What a hook that decides gives counts; that its promise fails is the program's to hear. */
const decisions = rubbish.filter(([what]) => what !== 'rejects later')

/** Two calls, the first of which fails; a policy must settle both, and call no more than it may. */
async function exercised(policy: Policy): Promise<{ states: string[]; calls: number }> {
  let calls = 0
  const call = async (): Promise<string> => {
    calls++
    if (calls === 1) throw BUSY
    return 'fine'
  }
  const states: string[] = []
  for (let run = 0; run < 2; run++) {
    const watched = watch(policy.run(call))
    await clock.advance(60_000)
    states.push(watched.state)
  }
  return { states, calls }
}

describe('a hook that', () => {
  test.each(rubbish)('%s as onRetry changes nothing', async (_, hook) => {
    const onRetry: () => void = hook
    const { states, calls } = await exercised(retry({ clock, onRetry, baseDelayMs: 10 }))

    expect([states, calls]).toEqual([['fulfilled', 'fulfilled'], 3])
    expect(unhandled).toEqual([])
  })

  test.each(rubbish)('%s as a recorder changes nothing', async (_, hook) => {
    const recorder = { record: hook }
    const common = { clock, recorder }
    const policy = pipe(
      retry({ ...common, baseDelayMs: 10 }),
      circuitBreaker(common),
      rateLimiter({ ...common, ratePerSecond: 10 }),
      timeout({ clock, timeoutMs: 1_000 }),
    )

    const { states, calls } = await exercised(policy)

    expect([states, calls]).toEqual([['fulfilled', 'fulfilled'], 3])
    expect(unhandled).toEqual([])
  })

  test.each(decisions)(
    '%s as classify leaves a breaker that settles and admits',
    async (_, hook) => {
      const classify = hook as (outcome: Outcome) => Verdict
      const breaker = circuitBreaker({
        clock,
        classify,
        minimumCalls: 1,
        recorder: memoryRecorder(),
      })

      const { states } = await exercised(breaker)

      expect(states).not.toContain('pending')
      expect(breaker.admit().admitted).toBe(true)
      expect(unhandled).toEqual([])
    },
  )

  test.each(decisions)(
    '%s as decide settles each call, and calls a bounded number of times',
    async (_, hook) => {
      const decide = hook as (outcome: Outcome) => RetryDecision | undefined
      const { states, calls } = await exercised(
        retry({ clock, decide, maxRetries: 3, baseDelayMs: 10 }),
      )

      expect(states).not.toContain('pending')
      expect(calls).toBeLessThanOrEqual(8)
      expect(clock.sleepers).toBe(0)
      expect(unhandled).toEqual([])
    },
  )

  test.each([Number.NaN, -1, Infinity, 1e99, '5', null, {}])(
    'asks to wait %s ms waits as if it had not asked, or gives up',
    async (retryAfterMs) => {
      const decide = (): RetryDecision => ({
        reason: 'other',
        retryAfterMs: retryAfterMs as number,
      })
      const policy = retry({ clock, decide, maxRetries: 1, baseDelayMs: 10 })
      let calls = 0

      const watched = watch(policy.run(async () => void calls++))
      await clock.advance(60_000)

      expect(watched.state).toBe('fulfilled')
      expect(calls).toBeLessThanOrEqual(2)
      expect(clock.sleepers).toBe(0)
    },
  )

  test.each([fault, () => Number.NaN, () => -5, () => 7, () => 'x' as unknown as number])(
    'draws no number from 0 to 1 breaks no bound: %s',
    async (random) => {
      const policy = retry({ clock, random, maxRetries: 1, baseDelayMs: 100, maxDelayMs: 100 })
      const watched = watch(policy.run(async () => Promise.reject(BUSY)))

      await clock.advance(100)

      expect(watched).toMatchObject({ state: 'rejected', error: BUSY })
    },
  )

  test('is a budget that throws ends the call with its own error, or the budget', async () => {
    const budget = { deposit: fault, withdraw: fault, utilization: fault }
    const watched = watch(
      retry({ clock, budget, baseDelayMs: 10 }).run(async () => Promise.reject(BUSY)),
    )

    await clock.advance(60_000)

    expect(watched.state).toBe('rejected')
    expect([BUSY, THEIRS]).toContain(watched.error)
    expect(clock.sleepers).toBe(0)
  })
})

describe('a callback that never settles', () => {
  test.each([
    ['timeout', () => timeout({ clock, timeoutMs: 1_000 })],
    ['deadline', () => deadline({ clock, afterMs: 1_000 })],
    ['retry with a total time', () => retry({ clock, totalTimeoutMs: 1_000 })],
    [
      'all of them',
      () =>
        pipe(
          deadline({ clock, afterMs: 1_000 }),
          retry({ clock }),
          timeout({ clock, timeoutMs: 400 }),
        ),
    ],
  ])('is bounded by %s, and leaves no timer', async (_, policy) => {
    const watched = watch(policy().run(never))

    await clock.advance(1_000)

    expect(watched.state).toBe('rejected')
    expect(clock.sleepers).toBe(0)
  })

  test('in a fallback costs its source its time, in the call and in accept, and the next is asked', async () => {
    const names: string[] = []
    const source = (name: string, members: object) => ({
      name,
      timeoutMs: 1_000,
      call: async () => (names.push(name), name),
      ...members,
    })
    const first = fallback<string, string>({
      clock,
      tiers: [
        {
          name: 'one',
          sources: [
            source('hangs', { call: never }),
            source('hangs while it is judged', { accept: never }),
          ],
        },
        { name: 'two', sources: [source('good', {})] },
      ],
    })

    const watched = watch(first.run('input'))
    await clock.advance(2_000)

    expect(watched).toMatchObject({ state: 'fulfilled', value: { value: 'good' } })
    expect(names).toEqual(['hangs while it is judged', 'good'])
    expect(clock.sleepers).toBe(0)
  })

  test.each([
    ['throws before it begins', fault],
    ['gives no promise', () => 'at once'],
    ['gives nothing', () => undefined],
    ['gives a foreign promise', () => foreign((done) => done('foreign'))],
    ['gives a promise whose then throws', () => foreign(fault)],
  ])('but %s settles under every policy', async (_, call) => {
    const policies = [
      retry({ clock, maxRetries: 1, baseDelayMs: 1 }),
      circuitBreaker({ clock }),
      rateLimiter({ clock, ratePerSecond: 1_000, burst: 100 }),
      timeout({ clock, timeoutMs: 1_000 }),
      deadline({ clock, afterMs: 1_000 }),
    ]
    for (const policy of [...policies, pipe(...policies)]) {
      const watched = watch(policy.run(call as () => Promise<unknown>))
      await clock.advance(100)
      expect(watched.state).not.toBe('pending')
    }
  })
})
