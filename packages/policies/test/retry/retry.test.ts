import { ERROR_TYPES } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import {
  deadline,
  pipe,
  PlimsollError,
  retry,
  retryBudget,
  type Clock,
  type RetryNotice,
  type RetryOptions,
} from '@plimsoll/policies'
import { exercise, manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { deferred, watch } from '../support/promise-state.ts'

const BROKEN = new Error('broken')

function setUp(options: RetryOptions = {}) {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const policy = retry({ name: 'api', clock, recorder, jitter: 'none', ...options })
  return { clock, recorder, policy }
}

/** A call that fails with each of `errors` in turn, and then works. */
function failing(...errors: unknown[]) {
  let next = 0
  return async (): Promise<string> => {
    const index = next++
    if (index < errors.length) throw errors[index]
    return 'value'
  }
}

function asking(retryAfterMs: number): Error {
  return Object.assign(new Error('busy'), { status: 429, retryAfterMs })
}

describe('retry', () => {
  test('calls once when that works, and reports nothing', async () => {
    const { policy, recorder } = setUp()

    expect(await exercise(policy, failing())).toEqual({ value: 'value', calls: 1 })
    expect(recorder.records).toEqual([])
  })

  test('calls again after a backoff that doubles, up to the most', async () => {
    const { policy, clock } = setUp({ maxRetries: 4, baseDelayMs: 100, maxDelayMs: 300 })
    const startedMs: number[] = []
    const call = failing(BROKEN, BROKEN, BROKEN, BROKEN)
    const run = watch(
      policy.run(() => {
        startedMs.push(clock.now())
        return call()
      }),
    )

    await clock.advance(10_000)

    expect(run.value).toBe('value')
    expect(startedMs).toEqual([0, 100, 300, 600, 900])
  })

  test('gives up after its retries with the last error', async () => {
    const { policy, clock, recorder } = setUp({ maxRetries: 2 })
    const last = new Error('third')
    const run = watch(exercise(policy, failing(BROKEN, BROKEN, last)))

    await clock.advance(10_000)

    expect(run.value).toEqual({ error: last, calls: 3 })
    const decision = { kind: 'retry', subject: { source: 'api' }, reason: 'other' }
    expect(recorder.records).toEqual([
      { ...decision, result: 'scheduled', delayS: 0.1 },
      { ...decision, result: 'scheduled', delayS: 0.2 },
      { ...decision, result: 'exhausted', delayS: 0 },
    ])
  })

  test('draws each backoff between nothing and its ceiling', async () => {
    const draws = [0, 0.5, 1]
    const notices: RetryNotice[] = []
    const { policy, clock } = setUp({
      maxRetries: 3,
      jitter: 'full',
      random: () => draws.shift() ?? 0,
      onRetry: (notice) => notices.push(notice),
    })
    const run = watch(policy.run(failing(BROKEN, BROKEN, BROKEN)))

    await clock.advance(10_000)

    expect(run.state).toBe('fulfilled')
    expect(notices.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 0],
      [2, 100],
      [3, 400],
    ])
  })

  test('tells each attempt its ordinal', async () => {
    const { policy, clock } = setUp()
    const call = failing(BROKEN, BROKEN)
    const attempts: number[] = []
    const run = watch(
      policy.run(({ attempt }) => {
        attempts.push(attempt)
        return call()
      }),
    )

    await clock.advance(1_000)

    expect(run.state).toBe('fulfilled')
    expect(attempts).toEqual([0, 1, 2])
  })

  test('does not try again what will stay as it is', async () => {
    for (const error of [
      new TypeError('a mistake'),
      new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', 'open'),
      Object.assign(new Error('gone'), { status: 404 }),
      new DOMException('stop', 'AbortError'),
    ]) {
      const { policy, recorder } = setUp()
      expect((await exercise(policy, failing(error))).calls).toBe(1)
      expect(recorder.of('retry')).toMatchObject([{ result: 'not_retryable' }])
    }
  })

  test('tries a returned value again when that is decided, and returns the last', async () => {
    const { policy, clock } = setUp({
      maxRetries: 1,
      decide: (outcome) =>
        'value' in outcome && (outcome.value as number) >= 500 ? { reason: '5xx' } : undefined,
    })
    const answers = [503, 502]
    const run = watch(policy.runDetailed(async () => answers.shift()))

    await clock.advance(1_000)

    expect(run.value).toEqual({
      ok: true,
      value: 502,
      retryCount: 1,
      retryDelayMs: 100,
      lastRetryAfterMs: undefined,
      lastAction: undefined,
    })
  })

  test('a decision that throws is the outcome', async () => {
    const { policy } = setUp({
      decide: () => {
        throw new Error('decide')
      },
    })

    await expect(policy.run(failing(BROKEN))).rejects.toThrow('decide')
  })

  test('a hook that throws changes nothing', async () => {
    const { policy, clock } = setUp({
      onRetry: () => {
        throw new Error('hook')
      },
    })
    const run = watch(policy.run(failing(BROKEN)))

    await clock.advance(1_000)

    expect(run.value).toBe('value')
  })
})

describe('Retry-After', () => {
  test('is waited for in full, and jitter only adds to it', async () => {
    const { policy, clock, recorder } = setUp({ jitter: 'full', random: () => 0.5 })
    const run = watch(policy.runDetailed(failing(asking(2_000))))

    await clock.advance(2_049)
    expect(run.state).toBe('pending')
    await clock.advance(1)

    expect(run.value).toMatchObject({
      ok: true,
      retryDelayMs: 2_050,
      lastRetryAfterMs: 2_000,
      lastAction: 'honoured',
    })
    expect(recorder.of('retry_after')).toEqual([
      { kind: 'retry_after', subject: { source: 'api' }, durationS: 2, action: 'honoured' },
    ])
  })

  test('above the cap ends the run at once with what the server said', async () => {
    const { policy, recorder } = setUp({ retryAfterCapMs: 30_000 })
    const error = asking(30_001)

    expect(await exercise(policy, failing(error))).toEqual({ error, calls: 1 })
    expect(recorder.of('retry')).toMatchObject([{ reason: '429', result: 'retry_after_over_cap' }])
    expect(recorder.of('retry_after')).toMatchObject([{ durationS: 30.001, action: 'over_cap' }])
  })

  test('after the last retry is recorded as ignored', async () => {
    const { policy, recorder } = setUp({ maxRetries: 0 })

    const run = await policy.runDetailed(failing(asking(1_000)))

    expect(run).toMatchObject({ ok: false, lastRetryAfterMs: 1_000, lastAction: 'ignored' })
    expect(recorder.of('retry')).toMatchObject([{ result: 'exhausted' }])
  })
})

describe('a deadline', () => {
  test('of all attempts together cancels the one in flight', async () => {
    const { policy, clock } = setUp({ totalTimeoutMs: 1_000 })
    const deaf = deferred<string>()
    let seen: AbortSignal | undefined
    const run = watch(
      policy.runDetailed(({ signal }) => {
        seen = signal
        return deaf.promise
      }),
    )

    await clock.advance(999)
    expect(run.state).toBe('pending')
    await clock.advance(1)

    expect(run.value).toMatchObject({
      ok: false,
      error: { code: 'ERR_PLIMSOLL_DEADLINE', errorType: ERROR_TYPES.deadline },
    })
    expect(seen?.aborted).toBe(true)
    expect(clock.sleepers).toBe(0)
  })

  test('that would pass at the end of the wait ends it too: there would be no time to call', async () => {
    const { clock, policy } = setUp()
    const error = asking(4_000)

    const result = await exercise(pipe(deadline({ afterMs: 4_000, clock }), policy), failing(error))

    expect(result).toEqual({ error, calls: 1 })
  })

  test('that would pass during the wait ends the run at once with the last outcome', async () => {
    const { clock, recorder, policy } = setUp()
    const error = asking(5_000)

    const result = await exercise(pipe(deadline({ afterMs: 4_000, clock }), policy), failing(error))

    expect(result).toEqual({ error, calls: 1 })
    expect(recorder.of('retry')).toMatchObject([{ result: 'deadline' }])
    expect(clock.sleepers).toBe(0)
  })
})

describe('an abort', () => {
  test('during the backoff settles at once and nothing is called any more', async () => {
    const { policy, clock, recorder } = setUp({ baseDelayMs: 1_000 })
    const caller = new AbortController()
    const run = watch(exercise(policy, failing(BROKEN), { signal: caller.signal }))
    await clock.advance(400)

    caller.abort('off')
    await clock.settle()

    expect(run.value).toEqual({ error: 'off', calls: 1 })
    expect(clock.sleepers).toBe(0)
    await clock.advance(10_000)
    expect(run.value).toEqual({ error: 'off', calls: 1 })
    expect(recorder.of('retry').map(({ result }) => result)).toEqual(['scheduled', 'aborted'])
  })

  test('during a call that does not heed it settles at once', async () => {
    const { policy, clock } = setUp()
    const caller = new AbortController()
    const deaf = deferred<string>()
    const run = watch(policy.runDetailed(() => deaf.promise, { signal: caller.signal }))
    await clock.settle()

    caller.abort('off')
    await clock.settle()

    expect(run.value).toMatchObject({ ok: false, error: 'off', retryCount: 0 })
    deaf.reject(BROKEN)
    await clock.advance(10_000)
  })

  test('at the very moment at which the backoff ends calls nothing any more', async () => {
    const caller = new AbortController()
    const recorder = memoryRecorder()
    const clock: Clock = {
      now: () => 0,
      epoch: () => 0,
      sleep: async () => caller.abort('off'),
    }
    const policy = retry({ clock, recorder })

    const result = await exercise(policy, failing(BROKEN), { signal: caller.signal })

    expect(result).toEqual({ error: 'off', calls: 1 })
    expect(recorder.of('retry').at(-1)).toMatchObject({ result: 'aborted' })
  })

  test('by the call itself settles at once', async () => {
    const { policy, clock } = setUp()
    const caller = new AbortController()
    const run = watch(
      policy.run(
        () => {
          caller.abort('off')
          return new Promise<never>(() => {})
        },
        { signal: caller.signal },
      ),
    )

    await clock.settle()

    expect(run).toMatchObject({ state: 'rejected', error: 'off' })
  })

  test('before the start calls nothing', async () => {
    const { policy } = setUp()

    const result = await exercise(policy, failing(), { signal: AbortSignal.abort('off') })

    expect(result).toEqual({ error: 'off', calls: 0 })
  })
})

describe('a budget', () => {
  test('that is spent ends the run', async () => {
    const { policy, clock, recorder } = setUp({
      maxRetries: 5,
      budget: retryBudget({ ratio: 0, minPerSecond: 0.2, windowMs: 10_000, clock: manualClock() }),
    })
    const run = watch(exercise(policy, failing(BROKEN, BROKEN, BROKEN, BROKEN)))

    await clock.advance(60_000)

    expect(run.value).toEqual({ error: BROKEN, calls: 3 })
    expect(recorder.of('retry').at(-1)).toMatchObject({ result: 'budget_exhausted' })
  })

  test('is not charged for a retry that is given up for another reason', async () => {
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1, clock: manualClock() })
    const { policy } = setUp({ budget, retryAfterCapMs: 10 })

    await exercise(policy, failing(asking(1_000)))

    expect(budget.utilization()).toBe(0)
  })
})

describe('options', () => {
  test.each([
    [{ maxRetries: -1 }, 'retry.maxRetries: expected a whole number from 0, got -1'],
    [{ maxRetries: 1.5 }, 'got 1.5'],
    [{ jitter: 'equal' }, 'retry.jitter: expected "full" or "none", got "equal"'],
    [{ budget: {} }, 'retry.budget: expected a retry budget (with deposit, withdraw, utilization)'],
    [{ retries: 3 }, 'retry.retries: there is no such option; did you mean maxRetries?'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => retry(options as RetryOptions)).toThrow(message)
  })
})
