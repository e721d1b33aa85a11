import { memoryRecorder } from '@plimsoll/policies/testing'
import { ATTRIBUTES as A, SPANS } from '@plimsoll/semconv'
import type { Dispatcher } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createClient,
  createFallback,
  createFetch,
  createRequest,
  observeFetch,
} from '../src/index.ts'
import { ok, startOrigin, status, type Origin } from './origin.ts'
import { recordedSpans } from './recorded-spans.ts'

let origin: Origin
let spans: ReturnType<typeof recordedSpans>
const recorder = memoryRecorder()

beforeEach(async () => {
  origin = await startOrigin()
  spans = recordedSpans()
})
afterEach(async () => {
  spans.stop()
  await origin.close()
})

const attribute = (index: number, { key }: { readonly key: string }): unknown =>
  spans.ended[index]?.attributes[key]

test('a call is a span, each attempt one below it, and resends are numbered', async () => {
  origin.on('/a', status(503), status(302, { location: '/b?token=secret' }))
  origin.on('/b', ok())
  const retry = { baseDelayMs: 0 }
  const fetch = createFetch({ recorder, redact: { allowPath: true }, defaults: { retry } })

  await fetch(`${origin.base}/a`)

  const call = spans.ended.at(-1)
  expect(spans.ended.map(({ name, parent, error }) => [name, parent, error])).toEqual([
    ['GET', call?.id, true],
    ['GET', call?.id, false],
    ['GET', call?.id, false],
    [SPANS.call, undefined, false],
  ])
  expect([0, 1, 2].map((index) => attribute(index, A.resendCount))).toEqual([undefined, 1, 2])
  expect([0, 1, 2].map((index) => attribute(index, A.status))).toEqual([503, 302, 200])
  expect(attribute(2, A.urlFull)).toBe(`${origin.base}/b?token=REDACTED`)
})

test('the trace goes on by the fields of the propagator, on each attempt', async () => {
  origin.on('/a', status(503), ok())
  const fetch = createFetch({ recorder, defaults: { retry: { baseDelayMs: 0 } } })

  await fetch(`${origin.base}/a`, { headers: { 'x-own': 'yes' } })

  expect(origin.seen.map(({ headers }) => [headers['x-trace'], headers['x-own']])).toEqual([
    [spans.ended[0]?.id, 'yes'],
    [spans.ended[1]?.id, 'yes'],
  ])
})

test('fields that the program set itself stay', async () => {
  origin.on('/a', ok())

  await createFetch({ recorder })(`${origin.base}/a`, { headers: { 'X-Trace': 'mine' } })

  expect(origin.seen[0]?.headers['x-trace']).toBe('mine')
})

test.each<[string, NonNullable<Dispatcher.RequestOptions['headers']>]>([
  ['members', { 'x-own': 'yes' }],
  ['names and values in turn', ['x-own', 'yes']],
  ['Headers', new Headers({ 'x-own': 'yes' })],
  ['a Map', new Map([['x-own', 'yes']])],
  ['pairs with lists', new Set<[string, string[]]>([['x-own', ['yes']]])],
])('the trace goes on beside the fields of a request that are given as %s', async (_, headers) => {
  origin.on('/a', ok())

  await createRequest({ recorder })(`${origin.base}/a`, { headers })

  const [seen] = origin.seen
  expect([seen?.headers['x-own'], seen?.headers['x-trace']]).toEqual(['yes', spans.ended[0]?.id])
})

test('a field of the trace that the program set in a list stays the only one', async () => {
  origin.on('/a', ok())

  await createRequest({ recorder })(`${origin.base}/a`, { headers: ['X-Trace', 'mine'] })

  expect(origin.seen[0]?.headers['x-trace']).toBe('mine')
})

test('headers that are none are refused by undici, in its words', async () => {
  const headers = 'x-own: yes' as never

  const rejected = createRequest({ recorder })(`${origin.base}/a`, { headers })

  await expect(rejected).rejects.toThrow('headers must be an object or an array')
})

test.each(['//other.test/a', '//'])('the path %s is no host, in no span', async (path) => {
  origin.on(path, ok())
  const { fetch, request } = createClient({ recorder, redact: { allowPath: true } })
  const observed = observeFetch(globalThis.fetch, { recorder, redact: { allowPath: true } })

  await fetch(origin.base + path)
  await request(origin.base + path)
  await observed(origin.base + path)

  const shown = spans.ended.map(({ attributes }) => attributes[A.urlFull.key])
  expect(shown.filter((url) => url !== undefined)).toEqual(Array(3).fill(origin.base + path))
})

test('an observed call has the same spans and sends no field more', async () => {
  origin.on('/a', status(302, { location: '/b' }))
  origin.on('/b', ok())

  await observeFetch(globalThis.fetch, { recorder })(`${origin.base}/a?token=secret`)

  const call = spans.ended.at(-1)
  expect(spans.ended.map(({ name, parent }) => [name, parent])).toEqual([
    ['GET', call?.id],
    ['GET', call?.id],
    [SPANS.call, undefined],
  ])
  expect(attribute(0, A.urlFull)).toBe(`${origin.base}/REDACTED?token=REDACTED`)
  expect(origin.seen[0]?.headers['x-trace']).toBe(undefined)
})

test('a work item is a span above its calls', async () => {
  origin.on('/a', status(404))
  origin.on('/b', ok())
  const source = (name: string) => ({
    name,
    request: () => `${origin.base}/${name}`,
    read: (response: Response) => response.text(),
  })
  const tiers = [{ name: 'only', sources: [source('a'), source('b')] }]
  const run = createFallback<string, string>({ fetch: createFetch({ recorder }), recorder, tiers })

  await run('7', { workId: 'w7' })

  const item = spans.ended.at(-1)
  expect(item).toMatchObject({ name: SPANS.fallback, error: false })
  expect(item?.attributes).toMatchObject({ [A.workId.key]: 'w7', [A.source.key]: 'b' })
  const calls = spans.ended.filter(({ name }) => name === SPANS.call)
  expect(calls.map(({ parent }) => parent)).toEqual([item?.id, item?.id])
})
