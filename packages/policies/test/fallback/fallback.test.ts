import { ERROR_TYPES } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import {
  circuitBreaker,
  fallback,
  FallbackExhaustedError,
  PlimsollError,
  rateLimiter,
  type FallbackOptions,
  type Source,
} from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import { watch } from '../support/promise-state.ts'

const status = (code: number) => Object.assign(new Error('x'), { status: code })

function setUp() {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const calls: string[] = []
  /** A source that counts its calls. */
  const source = (
    name: string,
    call: Source<string, string>['call'],
    rest: Partial<Source<string, string>> = {},
  ): Source<string, string> => ({
    name,
    call: (input, context) => {
      calls.push(name)
      return call(input, context)
    },
    ...rest,
  })
  const serving = (name: string, rest?: Partial<Source<string, string>>) =>
    source(name, async (input) => `${name}:${input}`, rest)
  const failing = (name: string, error: unknown, rest?: Partial<Source<string, string>>) =>
    source(name, () => Promise.reject(error), rest)
  const make = (
    tiers: FallbackOptions<string, string>['tiers'],
    rest: Partial<FallbackOptions<string, string>> = {},
  ) => fallback({ tiers, clock, recorder, ...rest })
  return { clock, recorder, calls, source, serving, failing, make }
}

describe('a fallback', () => {
  test('takes the first source that serves and asks no other', async () => {
    const { make, serving, calls } = setUp()
    const chain = make([
      { name: 'first', sources: [serving('a'), serving('b')] },
      { name: 'second', sources: [serving('c')] },
    ])

    const result = await chain.run('x')

    expect(result).toMatchObject({ value: 'a:x', tier: 'first', source: 'a', durationMs: 0 })
    expect(calls).toEqual(['a'])
  })

  test('goes through the sources of a tier and then through the tiers, in order', async () => {
    const { make, serving, failing, calls, recorder, clock, source } = setUp()
    const slow = source('b', async (_, { report }) => {
      report({ address: 'b.example', port: 443 })
      report({ status: 503 })
      await clock.sleep(250)
      throw status(503)
    })
    const chain = make([
      { name: 'first', sources: [failing('a', status(404)), slow] },
      { name: 'second', sources: [serving('c'), serving('d')] },
    ])
    const run = watch(chain.run('x', { workId: 'w1', artifactId: 'pdf' }))
    await clock.advance(250)

    const attempt = { kind: 'fallback_attempt', workId: 'w1', artifactId: 'pdf' }
    const attempts = [
      {
        ...attempt,
        subject: {},
        tier: 'first',
        source: 'a',
        outcome: 'failure',
        reason: 'not_found',
        status: 404,
        durationS: 0,
      },
      {
        ...attempt,
        subject: { address: 'b.example', port: 443 },
        tier: 'first',
        source: 'b',
        outcome: 'failure',
        reason: 'http_5xx',
        status: 503,
        durationS: 0.25,
      },
      { ...attempt, subject: {}, tier: 'second', source: 'c', outcome: 'success', durationS: 0 },
    ]
    expect(run.value).toEqual({
      value: 'c:x',
      tier: 'second',
      source: 'c',
      attempts,
      durationMs: 250,
    })
    expect(calls).toEqual(['a', 'b', 'c'])
    expect(recorder.records).toEqual([
      ...attempts,
      {
        kind: 'fallback',
        workId: 'w1',
        artifactId: 'pdf',
        tier: 'second',
        source: 'c',
        tried: 3,
        durationS: 0.25,
      },
    ])
  })

  test('rejects when no source serves, and says why each did not', async () => {
    const { make, failing, recorder } = setUp()
    const last = new Error('no document')
    const chain = make([{ name: 'only', sources: [failing('a', status(500)), failing('b', last)] }])

    const error = await chain.run('x').catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(FallbackExhaustedError)
    expect(error).toMatchObject({
      code: 'ERR_PLIMSOLL_FALLBACK_EXHAUSTED',
      errorType: ERROR_TYPES.exhausted,
      message: 'no source served: only/a failure (http_5xx 500), only/b failure (invalid_content)',
      cause: last,
      attempts: [{ source: 'a' }, { source: 'b' }],
    })
    expect(recorder.of('fallback')).toMatchObject([
      { tier: undefined, source: undefined, errorType: ERROR_TYPES.exhausted, tried: 2 },
    ])
  })

  test('skips a source whose breaker is open, without a call', async () => {
    const { make, serving, calls, clock } = setUp()
    const breaker = circuitBreaker({ clock })
    breaker.forceOpen()
    const chain = make([{ name: 'only', sources: [serving('a', { breaker }), serving('b')] }])

    const { source, attempts } = await chain.run('x')

    expect(source).toBe('b')
    expect(attempts).toMatchObject([{ outcome: 'skipped', reason: 'breaker_open' }, {}])
    expect(calls).toEqual(['b'])
  })

  test('tells the breaker of a source what came of it', async () => {
    const { make, failing, serving, calls, clock } = setUp()
    const breaker = circuitBreaker({ clock, minimumCalls: 2 })
    const broken = failing('a', status(503), { breaker })
    const chain = make([{ name: 'only', sources: [broken, serving('b')] }])

    for (let run = 0; run < 3; run++) await chain.run('x')

    expect(breaker.state()).toBe('open')
    expect(calls).toEqual(['a', 'b', 'a', 'b', 'b'])
  })

  test('a source that has not got the thing is healthy all the same', async () => {
    const { make, failing, serving, clock } = setUp()
    const breaker = circuitBreaker({ clock, minimumCalls: 2 })
    const empty = failing('a', status(404), { breaker })
    const chain = make([{ name: 'only', sources: [empty, serving('b')] }])

    for (let run = 0; run < 5; run++) await chain.run('x')

    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 5, failures: 0 })
  })

  test('a source whose own limiter refuses is skipped; one that was asked has failed', async () => {
    const { make, source, serving, clock } = setUp()
    const limiter = rateLimiter({ ratePerSecond: 1, maxDelayMs: 0, clock })
    await limiter.acquire()
    const limited = source('a', () => limiter.run(async () => 'value'))
    const asked = source('b', async (_, { report }) => {
      report({ status: 200 })
      return limiter.run(async () => 'value')
    })
    const chain = make([{ name: 'only', sources: [limited, asked, serving('c')] }])

    const { attempts } = await chain.run('x')

    expect(attempts).toMatchObject([
      { outcome: 'skipped', reason: 'rate_limited' },
      { outcome: 'failure', reason: 'rate_limited', status: 200 },
      { outcome: 'success' },
    ])
  })

  test('skips a source that is not meant for the input', async () => {
    const { make, serving, calls } = setUp()
    const chain = make([
      { name: 'only', sources: [serving('a', { when: (input) => input === 'y' }), serving('b')] },
    ])

    const { attempts } = await chain.run('x')

    expect(attempts).toMatchObject([{ outcome: 'skipped', reason: 'not_tried' }, {}])
    expect(calls).toEqual(['b'])
  })

  test('rejects a value that is not good, or whose check throws, and asks the next', async () => {
    const { make, serving } = setUp()
    const chain = make([
      {
        name: 'only',
        sources: [
          serving('a', { accept: () => false }),
          serving('b', { accept: () => Promise.reject(new Error('check')) }),
          serving('c', { accept: async (value, input) => value === `c:${input}` }),
        ],
      },
    ])

    const { source, attempts } = await chain.run('x')

    expect(source).toBe('c')
    expect(attempts).toMatchObject([
      { outcome: 'rejected', reason: 'invalid_content' },
      { outcome: 'rejected', reason: 'invalid_content' },
      { outcome: 'success', reason: undefined },
    ])
  })

  test('gives a source its time, and no more', async () => {
    const { make, source, serving, clock } = setUp()
    const hangs = source('a', () => new Promise<never>(() => {}), { timeoutMs: 300 })
    const run = watch(make([{ name: 'only', sources: [hangs, serving('b')] }]).run('x'))

    await clock.advance(300)

    expect(run.value).toMatchObject({ source: 'b', durationMs: 300 })
    expect(run.value?.attempts).toMatchObject([{ reason: 'timeout', durationS: 0.3 }, {}])
    expect(clock.sleepers).toBe(0)
  })

  test('past its deadline skips what is left', async () => {
    const { make, source, serving, calls, clock, recorder } = setUp()
    const hangs = source('a', () => new Promise<never>(() => {}))
    const chain = make([{ name: 'only', sources: [hangs, serving('b')] }], { deadlineMs: 500 })
    const run = watch(chain.run('x'))
    const short = watch(chain.run('y', { deadlineMs: 200 }))

    await clock.advance(200)
    expect(short.state).toBe('rejected')
    await clock.advance(300)

    expect(run.error).toMatchObject({
      code: 'ERR_PLIMSOLL_FALLBACK_EXHAUSTED',
      errorType: ERROR_TYPES.deadline,
      attempts: [
        { outcome: 'failure', reason: 'deadline' },
        { outcome: 'skipped', reason: 'deadline' },
      ],
    })
    expect(calls).toEqual(['a', 'a'])
    expect(recorder.of('fallback')).toMatchObject([{ tried: 1 }, { tried: 1 }])
  })

  test("an abort ends it at once with the caller's reason", async () => {
    const { make, source, serving, calls, clock, recorder } = setUp()
    const caller = new AbortController()
    const hangs = source('a', () => new Promise<never>(() => {}))
    const chain = make([{ name: 'only', sources: [hangs, serving('b')] }])
    const run = watch(chain.run('x', { signal: caller.signal }))
    await clock.settle()

    caller.abort('off')
    await clock.settle()

    expect(run).toMatchObject({ state: 'rejected', error: 'off' })
    expect(calls).toEqual(['a'])
    expect(recorder.records).toMatchObject([
      { kind: 'fallback_attempt', outcome: 'failure', reason: 'canceled' },
      { kind: 'fallback', errorType: ERROR_TYPES.aborted, tried: 1 },
    ])
  })

  test('for a caller that has aborted already asks nobody, and says so', async () => {
    const { make, serving, calls, recorder } = setUp()
    const chain = make([{ name: 'only', sources: [serving('a')] }])

    await expect(chain.run('x', { signal: AbortSignal.abort('off') })).rejects.toBe('off')

    expect(calls).toEqual([])
    expect(recorder.records).toMatchObject([{ kind: 'fallback', tried: 0 }])
  })

  test('a source that throws instead of rejecting, or whose `when` throws, has failed', async () => {
    const { make, source, serving } = setUp()
    const throws = source('a', () => {
      throw new PlimsollError('ERR_PLIMSOLL_CORRUPT_BODY', 'x')
    })
    const odd = serving('b', {
      when: () => {
        throw new Error('when')
      },
    })

    const { attempts } = await make([{ name: 'only', sources: [throws, odd, serving('c')] }]).run(
      'x',
    )

    expect(attempts).toMatchObject([
      { outcome: 'failure', reason: 'invalid_content' },
      { outcome: 'failure' },
      { outcome: 'success' },
    ])
  })
})

describe('options', () => {
  const source = { name: 'a', call: async () => 1 }
  test.each([
    [{}, 'fallback.tiers: this option is required'],
    [{ tiers: [] }, 'fallback.tiers: expected a list of at least 1, got a list of 0'],
    [{ tiers: [{ name: 't', sources: [] }] }, 'fallback.tiers[0].sources: expected a list'],
    [{ tiers: [{ name: 't', sources: [{ name: 'a' }] }] }, 'fallback.tiers[0].sources[0].call'],
    [
      { tiers: [{ name: 't', sources: [source, source] }] },
      'sources[1].name: expected a new name, got "a"',
    ],
    [{ tiers: [{ name: 't', sources: [{ ...source, timeout: 5 }] }] }, 'did you mean timeoutMs?'],
    [{ tiers: [{ name: 't', sources: [source] }], deadlineMs: 0 }, 'fallback.deadlineMs'],
  ])('%j are refused: %s', (options, message) => {
    expect(() => fallback(options as unknown as FallbackOptions<string, number>)).toThrow(message)
  })

  test('of a run are checked too', async () => {
    const chain = fallback({ tiers: [{ name: 't', sources: [source] }] })

    await expect(chain.run('x', { deadlineMs: -1 })).rejects.toThrow('run.deadlineMs')
  })
})
