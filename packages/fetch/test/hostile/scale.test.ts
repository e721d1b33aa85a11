import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { manualClock } from '@plimsoll/policies/testing'
import { createCells, createRecorder } from '@plimsoll/telemetry'
import { expect, test } from 'vitest'
import { createFetch, observeFetch, withRole, type FetchOptions } from '../../src/index.ts'
import { ok, startOrigin } from '../origin.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Bytes that are held when nothing is under way. */
async function held(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    gc()
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
  return process.memoryUsage().heapUsed
}

interface Handler {
  onRequestStart(controller: object, context: object): void
  onResponseStart(controller: object, status: number, headers: object, message: string): void
  onResponseEnd(controller: object, trailers: object): void
  onResponseError(controller: object, error: Error): void
}
type Exchange = (handler: Handler) => void

const CONTROLLER = { abort: () => {}, pause: () => {}, resume: () => {} }

/** fetch over no network: each exchange ends as `exchange` says; the same way down as over the platform's. */
function overNothing(exchange: Exchange): Pick<FetchOptions, 'fetch' | 'dispatcher'> {
  const below = (
    input: string,
    init: {
      method?: string
      signal?: AbortSignal
      dispatcher: { dispatch(options: object, handler: object): void }
    },
  ) => {
    const { origin, pathname } = new URL(input)
    return new Promise((resolve, reject) => {
      const { method = 'GET', signal } = init
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      const handler = {
        onRequestStart: () => {},
        onResponseStart: (_: object, status: number) => resolve(new Response(null, { status })),
        onResponseEnd: () => {},
        onResponseError: (_: object, error: Error) =>
          reject(new TypeError('fetch failed', { cause: error })),
      }
      init.dispatcher.dispatch({ origin, path: pathname, method, headers: {} }, handler)
    })
  }
  return {
    fetch: below as unknown as typeof globalThis.fetch,
    dispatcher: {
      dispatch(_: object, handler: Handler) {
        handler.onRequestStart(CONTROLLER, {})
        exchange(handler)
        return true
      },
    } as never,
  }
}

function answered(handler: Handler): void {
  handler.onResponseStart(CONTROLLER, 200, {}, 'OK')
  handler.onResponseEnd(CONTROLLER, {})
}

test('10,000 hosts, methods, roles and errors in an hour leave neither more memory nor more series in its second half', async () => {
  const clock = manualClock()
  const cells = createCells({ clock })
  const recorder = createRecorder({ measures: cells.measures, clock })
  let calls = 0
  const fetch = createFetch({
    recorder,
    clock,
    maxHosts: 100,
    defaults: { limiter: { ratePerSecond: 100, burst: 10 }, retry: false, deadlineMs: 30_000 },
    ...overNothing((handler) => {
      if (calls % 2 === 0) answered(handler)
      else {
        const message = `no. ${calls}: ${'x'.repeat(200)}`
        const code = `E_${calls}`
        handler.onResponseError(CONTROLLER, Object.assign(new Error(message), { code }))
      }
    }),
  })
  const visit = async (
    count: number,
  ): Promise<{ readonly bytes: number; readonly series: number }> => {
    for (let visits = 0; visits < count; visits++, calls++) {
      const call = withRole(fetch, `role ${calls}`)(`http://h${calls}.test/p${calls}`, {
        method: `M${calls}`,
      })
      await call.then(
        () => {},
        () => {},
      )
      // 10,000 in an hour.
      await clock.advance(360)
    }
    await clock.advance(60_000)
    return { bytes: await held(), series: cells.seriesCount() }
  }

  await visit(2_000)
  const middle = await visit(4_000)
  const end = await visit(4_000)

  expect(calls).toBe(10_000)
  expect(clock.now()).toBeGreaterThanOrEqual(3_600_000)
  expect(end.series).toBe(middle.series)
  expect(end.bytes).toBeLessThan(middle.bytes + 1_000_000)
  expect(clock.sleepers).toBe(0)
})

test('100,000 calls in flight that settle, some well, some badly, some aborted, leave nothing behind', async () => {
  const clock = manualClock()
  const waiting: Handler[] = []
  const counts: Record<string, number> = {}
  const fetch = createFetch({
    recorder: { record: ({ kind }) => (counts[kind] = (counts[kind] ?? 0) + 1) },
    clock,
    defaults: { retry: false, deadlineMs: 600_000, breaker: { minimumCalls: 1_000_000 } },
    ...overNothing((handler) => waiting.push(handler)),
  })
  const round = async (size: number): Promise<number> => {
    const controller = new AbortController()
    const { signal } = controller
    let good = 0
    const calls = Array.from({ length: size }, (_, index) =>
      fetch(`http://h${index % 50}.test/`, index % 10 === 0 ? { signal } : {}).then(
        () => good++,
        () => {},
      ),
    )
    expect(waiting).toHaveLength(size)
    controller.abort()
    for (const [index, handler] of waiting.splice(0).entries()) {
      if (index % 3 === 0) handler.onResponseError(CONTROLLER, new Error('broken'))
      else answered(handler)
    }
    await Promise.all(calls)
    await clock.advance(600_001)
    return good
  }
  await round(5_000)
  const before = await held()

  const good = await round(100_000)

  expect(good).toBe(60_000)
  expect(counts).toMatchObject({ call: 105_000, attempt: 105_000, call_start: 105_000 })
  expect(clock.sleepers).toBe(0)
  expect(await held()).toBeLessThan(before + 3_000_000)
})

const BODY = 20_000_000

test.each<[string, (url: string) => [string | Request, RequestInit?]]>([
  ['a buffer', (url) => [url, { method: 'POST', body: new Uint8Array(BODY) }]],
  ['a Request', (url) => [new Request(url, { method: 'POST', body: new Uint8Array(BODY) })]],
])('a connection that stays holds no body of the first call on it: %s', async (_, asked) => {
  const origin = await startOrigin()
  origin.on('/a', ok())
  const before = process.memoryUsage().arrayBuffers
  const fetch = observeFetch(globalThis.fetch, { recorder: { record: () => {} } })
  await (await fetch(...asked(`${origin.base}/a`))).text()
  const left = (): number => process.memoryUsage().arrayBuffers - before

  for (let round = 0; round < 50 && left() > BODY / 2; round++) await held()

  expect(left()).toBeLessThan(BODY / 2)
  await origin.close()
})
