import { readFileSync } from 'node:fs'
import {
  circuitBreaker,
  fallback,
  rateLimiter,
  retry,
  retryBudget,
  type Recorder,
} from '@plimsoll/policies'
import { manualClock } from '@plimsoll/policies/testing'
import { EVENTS, INSTRUMENTS } from '@plimsoll/semconv'
import { createRecorder, type Measures } from '@plimsoll/telemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFallback, createFetch } from '../src/index.ts'
import { ok, startOrigin, status, type Origin } from './origin.ts'
import { recordedSpans } from './recorded-spans.ts'

// What a page says that a policy emits is what it emits, found by running it.

interface Told {
  readonly metrics: Set<string>
  readonly events: Set<string>
}

/** A recorder that keeps the names of what is measured and told. */
function listening(): Told & { readonly recorder: Recorder } {
  const metrics = new Set<string>()
  const events = new Set<string>()
  const measures: Measures = {
    bind: (id) => ({ record: () => void metrics.add(INSTRUMENTS[id].name), overflow: false }),
  }
  const recorder = createRecorder({
    measures,
    takeEvent: ({ id }) => void events.add(EVENTS[id].name),
  })
  return { metrics, events, recorder }
}

/** The signals in the list of a page. */
function listed(page: string): Record<'metrics' | 'events' | 'spans', Set<string>> {
  const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8')
  const names = (kinds: string): Set<string> =>
    new Set(
      [...text.matchAll(new RegExp(`^- (?:${kinds}) \`(.+?)\``, 'gmu'))].map((m) => m[1] ?? ''),
    )
  return {
    metrics: names('counter|updowncounter|histogram|gauge'),
    events: names('event'),
    spans: names('span'),
  }
}

const clock = manualClock()
const down = async (): Promise<never> => {
  throw new Error('down')
}

test('circuit breaker', async () => {
  const { recorder, ...told } = listening()
  const breaker = circuitBreaker({ recorder, clock, minimumCalls: 1, openMs: 10, jitter: 0 })
  await breaker.run(down).catch(() => {})
  await clock.advance(10)
  await breaker.run(async () => 'up')
  breaker.dispose()

  const { metrics, events } = listed('docs/policies/circuit-breaker.md')
  expect(told).toEqual({ metrics, events })
})

test('limiter', async () => {
  const { recorder, ...told } = listening()
  const limiter = rateLimiter({ recorder, clock, ratePerSecond: 1 })
  const both = Promise.all([limiter.acquire(), limiter.acquire()])
  await clock.advance(1_000)
  await both

  const { metrics, events } = listed('docs/policies/limiter.md')
  expect(told).toEqual({ metrics, events })
})

test('retry', async () => {
  const { recorder, ...told } = listening()
  const budget = retryBudget({ recorder, clock })
  const policy = retry({ recorder, clock, budget, maxRetries: 1 })
  const busy = async (): Promise<never> => {
    throw Object.assign(new Error('busy'), { status: 503, retryAfterMs: 1 })
  }
  const run = policy.run(busy).catch(() => {})
  await clock.advance(10_000)
  await run

  const { metrics, events } = listed('docs/policies/retry.md')
  expect(told).toEqual({ metrics, events })
})

test('fallback', async () => {
  const { recorder, ...told } = listening()
  const sources = [
    { name: 'one', call: down },
    { name: 'two', call: async () => 'served' },
  ]
  await fallback({ recorder, clock, tiers: [{ name: 'only', sources }] }).run('input')

  const { metrics, events } = listed('docs/policies/fallback.md')
  expect(told).toEqual({ metrics, events })
})

let origin: Origin
beforeAll(async () => {
  origin = await startOrigin()
})
afterAll(() => origin.close())

test('fetch, cache, integrity and the fallback over HTTP: metrics, events and spans', async () => {
  const wrong = { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }
  origin.on('/a', status(503), ok('corrupt', wrong))
  origin.on('/b', ok('good'))
  const { recorder, ...told } = listening()
  const spans = recordedSpans()
  const fetch = createFetch({
    recorder,
    cache: true,
    defaults: { retry: { baseDelayMs: 0 }, limiter: { ratePerSecond: 1_000, burst: 10 } },
  })
  const source = (name: string) => ({
    name,
    request: () => `${origin.base}/${name}`,
    read: (response: Response) => response.text(),
  })
  const served = await createFallback({
    fetch,
    recorder,
    tiers: [{ name: 'only', sources: [source('a'), source('b')] }],
  })('input').finally(() => spans.stop())

  const pages = [
    'packages/fetch/README.md',
    'docs/policies/cache.md',
    'docs/policies/integrity.md',
    'docs/policies/fallback.md',
  ].map(listed)
  const all = (of: 'metrics' | 'events' | 'spans'): string[] =>
    pages.flatMap((page) => [...page[of]]).toSorted()
  expect(served.source).toBe('b')
  expect([...told.metrics]).toEqual(expect.arrayContaining(all('metrics')))
  expect([...told.events]).toEqual(expect.arrayContaining(all('events')))
  const named = spans.ended.map(({ name }) => (name === 'GET' ? '{method}' : name))
  expect([...new Set(named)].toSorted()).toEqual(all('spans'))
})
