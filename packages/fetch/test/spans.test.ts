import { memoryRecorder } from '@plimsoll/policies/testing'
import { ATTRIBUTES as A, SPANS } from '@plimsoll/semconv'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFallback, createFetch, observeFetch } from '../src/index.ts'
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
