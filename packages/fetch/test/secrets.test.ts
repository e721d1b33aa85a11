import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFallback, createFetch, observeFetch } from '../src/index.ts'
import { cut, ok, rejectionOf, reset, startOrigin, status, type Origin } from './origin.ts'
import { recordedSpans, type RecordedSpan } from './recorded-spans.ts'

const CANARY = 'c4n4ry-0f-a-s3cret'

let origin: Origin
let recorder: MemoryRecorder
let spans: { readonly ended: readonly RecordedSpan[]; stop(): void }

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
  spans = recordedSpans()
})
afterEach(async () => {
  spans.stop()
  await origin.close()
})

/** Sends the canary in every place in which a program can put it, along every way that a call can go. */
async function sing(fetch: typeof globalThis.fetch): Promise<void> {
  const path = `/${CANARY}`
  const secret = { authorization: `Bearer ${CANARY}`, 'x-key': CANARY, cookie: CANARY }
  const location = { location: `/moved/${CANARY}?to=${CANARY}#${CANARY}` }
  origin.on(
    path,
    ok(CANARY, { etag: `"${CANARY}"`, 'x-reply': CANARY }),
    status(500, {}, CANARY),
    status(302, location),
  )
  origin.on(`/moved/${CANARY}`, reset)
  origin.on('/cut', cut(CANARY, 100))
  const calls: readonly (() => Promise<unknown>)[] = [
    () => fetch(`${origin.base}${path}?token=${CANARY}&${CANARY}#${CANARY}`, { headers: secret }),
    () => fetch(`${origin.base}${path}`, { method: 'POST', body: CANARY, headers: secret }),
    () => fetch(new Request(`${origin.base}${path}?sig=${CANARY}`, { headers: secret })),
    () => fetch(`http://${CANARY}:${CANARY}@127.0.0.1:${origin.port}/`),
    () => fetch(`http://${CANARY}`, { signal: AbortSignal.abort(new Error(CANARY)) }),
    () => fetch(`not a url ${CANARY}`),
    () => fetch(origin.base, { method: `${CANARY} ` }),
    () => fetch(`${origin.base}/${CANARY}`, { signal: AbortSignal.abort(CANARY) }),
    async () => (await fetch(`${origin.base}/cut?${CANARY}`)).text(),
    () => fetch('http://127.0.0.1:9/', { headers: { 'x-key': CANARY } }),
  ]
  for (const call of calls) {
    try {
      await call()
    } catch {
      // What the program gets is the program's; what is recorded of it is looked at below.
    }
  }
}

/** The host is the one part of a URL that is meant to be seen. */
function shown(): string {
  return JSON.stringify([recorder.records, spans.ended])
    .replaceAll(`"address":"${CANARY}"`, '')
    .replaceAll(`http://${CANARY}/`, '')
    .replaceAll(`"server.address":"${CANARY}"`, '')
}

test('no secret of a call reaches a record or a span, under policies', async () => {
  await sing(
    createFetch({ recorder, cache: true, defaults: { retry: { baseDelayMs: 0 }, breaker: false } }),
  )

  expect(recorder.of('call')).toHaveLength(10)
  expect(spans.ended.length).toBeGreaterThan(15)
  expect(shown()).not.toContain(CANARY)
})

test('no secret of a call reaches a record or a span, observed', async () => {
  await sing(observeFetch(globalThis.fetch, { recorder }))

  expect(recorder.of('call')).toHaveLength(10)
  expect(spans.ended.length).toBeGreaterThan(12)
  expect(shown()).not.toContain(CANARY)
})

test('no secret of a source reaches a record or a span', async () => {
  origin.on('/a', ok(CANARY))
  const run = createFallback<string, string>({
    fetch: createFetch({ recorder }),
    recorder,
    tiers: [
      {
        name: 'only',
        sources: [
          {
            name: 'a',
            request: () => `${origin.base}/a?token=${CANARY}`,
            read: () => Promise.reject(new Error(CANARY)),
          },
        ],
      },
    ],
  })

  await rejectionOf(run(CANARY))

  expect(recorder.of('fallback')).toHaveLength(1)
  expect(shown()).not.toContain(CANARY)
})
