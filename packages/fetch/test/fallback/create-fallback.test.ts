import { createHash } from 'node:crypto'
import { FallbackExhaustedError, OptionError } from '@plimsoll/policies'
import { manualClock, memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFallback, createFetch, type FetchSource } from '../../src/index.ts'
import { cut, hang, ok, rejectionOf, startOrigin, status, until, type Origin } from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

function source(
  name: string,
  more: Partial<FetchSource<string, string>> = {},
): FetchSource<string, string> {
  return {
    name,
    request: (input) => `${origin.base}/${name}?id=${input}`,
    read: (response) => response.text(),
    ...more,
  }
}

function fallbackOf(...sources: readonly FetchSource<string, string>[]) {
  const fetch = createFetch({ recorder, defaults: { retry: false } })
  return createFallback<string, string>({
    fetch,
    recorder,
    tiers: sources.map((each, index) => ({ name: `tier ${index + 1}`, sources: [each] })),
  })
}

const journal = (): unknown[] =>
  recorder
    .of('fallback_attempt')
    .map(({ tier, source, outcome, reason, status }) => [tier, source, outcome, reason, status])

test('the first source that serves ends it, and the answer says who it was', async () => {
  origin.on('/a', status(404))
  origin.on('/b', ok('found'))
  origin.on('/c', ok('never asked'))

  const result = await fallbackOf(
    source('a'),
    source('b'),
    source('c'),
  )('7', { workId: 'w7', artifactId: 'x' })

  expect(result).toMatchObject({ value: 'found', tier: 'tier 2', source: 'b' })
  expect(journal()).toEqual([
    ['tier 1', 'a', 'failure', 'not_found', 404],
    ['tier 2', 'b', 'success', undefined, 200],
  ])
  expect(recorder.of('fallback_attempt')[1]).toMatchObject({
    workId: 'w7',
    artifactId: 'x',
    subject: { address: '127.0.0.1', port: origin.port },
  })
  expect(recorder.of('fallback')).toMatchObject([{ tier: 'tier 2', source: 'b', tried: 2 }])
  expect([origin.count('/a'), origin.count('/b'), origin.count('/c')]).toEqual([1, 1, 0])
})

test('each way of failing has its reason', async () => {
  origin.on('/forbidden', status(403))
  origin.on('/broken', status(500))
  origin.on('/busy', status(429, { 'retry-after': '9' }))
  origin.on('/cut', cut('abc', 10))
  origin.on('/mislabelled', ok('something else'))
  origin.on('/odd', ok('odd'))
  const run = fallbackOf(
    source('forbidden'),
    source('broken'),
    source('busy'),
    source('cut'),
    source('mislabelled', { accept: (text) => text === 'the right thing' }),
    source('odd', { read: () => Promise.reject(new SyntaxError('not what it says')) }),
    source('nobody', { request: () => 'http://127.0.0.1:9/' }),
    source('not meant', { when: () => false }),
  )

  const error = await rejectionOf(run('7'))

  expect(error).toBeInstanceOf(FallbackExhaustedError)
  expect(journal()).toEqual([
    ['tier 1', 'forbidden', 'failure', 'http_4xx', 403],
    ['tier 2', 'broken', 'failure', 'http_5xx', 500],
    ['tier 3', 'busy', 'failure', 'rate_limited', 429],
    ['tier 4', 'cut', 'failure', 'invalid_content', 200],
    ['tier 5', 'mislabelled', 'rejected', 'invalid_content', 200],
    ['tier 6', 'odd', 'failure', 'invalid_content', 200],
    ['tier 7', 'nobody', 'failure', 'network', undefined],
    ['tier 8', 'not meant', 'skipped', 'not_tried', undefined],
  ])
  expect(recorder.of('fallback')).toMatchObject([
    { tier: undefined, errorType: 'exhausted', tried: 7 },
  ])
})

describe('a source', () => {
  test('whose host has an open circuit is skipped, and nothing is sent', async () => {
    origin.on('/a', status(500))
    const fetch = createFetch({
      recorder,
      defaults: { retry: false, breaker: { consecutiveFailures: 1 } },
    })
    const tiers = [{ name: 'only', sources: [source('a')] }]
    const run = createFallback<string, string>({ fetch, recorder, tiers })
    await rejectionOf(run('7'))

    await rejectionOf(run('8'))

    expect(journal()[1]).toEqual(['only', 'a', 'skipped', 'breaker_open', undefined])
    expect(origin.count()).toBe(1)
  })

  test('with a breaker of its own is skipped while that is open; invalid content counts', async () => {
    origin.on('/a', ok('wrong'))
    origin.on('/b', ok('right'))
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
    const verified = async (response: Response): Promise<string> => {
      const text = await response.text()
      if (digest(text) !== digest('right')) throw new Error('not what was asked for')
      return text
    }
    const breaker = { consecutiveFailures: 2 }
    const run = fallbackOf(
      source('a', { read: verified, breaker }),
      source('b', { read: verified }),
    )

    for (let work = 0; work < 3; work++) expect((await run(String(work))).source).toBe('b')

    expect(origin.count('/a')).toBe(2)
    expect(journal()[4]).toEqual(['tier 1', 'a', 'skipped', 'breaker_open', undefined])
    expect(
      recorder.of('breaker_transition').filter(({ scope }) => scope === 'resolver'),
    ).toMatchObject([{ newState: 'open', subject: { source: 'a' } }])
  })

  test('that takes too long is given up, and its role is heard', async () => {
    const clock = manualClock()
    origin.on('/a', hang)
    origin.on('/b', ok('found'))
    const fetch = createFetch({ recorder, clock, defaults: { retry: false, timeoutMs: false } })
    const sources = [source('a', { timeoutMs: 50, role: 'slow' }), source('b')]
    const run = createFallback<string, string>({
      fetch,
      recorder,
      clock,
      tiers: [{ name: 'only', sources }],
    })
    const result = run('7')
    await until(() => origin.count('/a') === 1)

    await clock.advance(50)

    expect((await result).source).toBe('b')
    expect(journal()[0]).toEqual(['only', 'a', 'failure', 'timeout', undefined])
    expect(recorder.of('call')[0]).toMatchObject({
      errorType: 'timeout',
      subject: { role: 'slow' },
    })
  })

  test('may read other statuses, and may ask with an init', async () => {
    origin.on('/a', status(404, {}, 'a page that says so'))
    const run = fallbackOf(
      source('a', {
        readable: (code) => code === 404,
        request: () => [
          `${origin.base}/a`,
          { method: 'POST', body: 'x', headers: { 'x-own': 'yes' } },
        ],
      }),
    )

    expect((await run('7')).value).toBe('a page that says so')
    expect(origin.seen[0]).toMatchObject({ method: 'POST', body: 'x', headers: { 'x-own': 'yes' } })
  })
})

test('an abort ends it with the own reason, and asks nobody more', async () => {
  origin.on('/a', hang)
  origin.on('/b', ok())
  const controller = new AbortController()
  const reason = new Error('mine')
  const rejected = rejectionOf(
    fallbackOf(source('a'), source('b'))('7', { signal: controller.signal }),
  )
  await until(() => origin.count('/a') === 1)

  controller.abort(reason)

  expect(await rejected).toBe(reason)
  expect(origin.count('/b')).toBe(0)
  expect(journal()).toEqual([['tier 1', 'a', 'failure', 'canceled', undefined]])
  expect(recorder.of('fallback')).toMatchObject([{ errorType: 'aborted' }])
})

test('the global fetch of the moment is used when none is given', async () => {
  const kept = globalThis.fetch
  const asked: string[] = []
  const run = createFallback<string, string>({
    recorder,
    tiers: [{ name: 'only', sources: [source('a')] }],
  })
  try {
    globalThis.fetch = async (input) => {
      asked.push(input instanceof Request ? input.url : String(input))
      return new Response('of the moment')
    }

    expect((await run('7')).value).toBe('of the moment')
    expect(asked).toEqual([`${origin.base}/a?id=7`])
  } finally {
    globalThis.fetch = kept
  }
})

test('bad options are refused with their place', () => {
  const make = (): unknown => createFallback({ tiers: [] })

  expect(make).toThrow(OptionError)
  expect(() => fallbackOf(source('a', { breaker: { failureRate: 7 } }))).toThrow(OptionError)
})
