import { isPlimsollError } from '@plimsoll/policies'
import {
  manualClock,
  memoryRecorder,
  type ManualClock,
  type MemoryRecorder,
} from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, type FetchOptions } from '../../src/index.ts'
import { ok, startOrigin, status, until, type Origin } from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder
let clock: ManualClock

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
  clock = manualClock()
})
afterEach(() => origin.close())

const YEAR = 365 * 86_400_000

function fetching(options: FetchOptions = {}): typeof fetch {
  const defaults = {
    timeoutMs: false,
    retry: { baseDelayMs: 100 },
    limiter: { ratePerSecond: 1_000 },
  } as const
  return createFetch({ recorder, clock, random: () => 0.5, defaults, ...options })
}

const date = (ms: number): string => new Date(clock.epoch() + ms).toUTCString()

/** The wait of a call whose first answer is a 503 with this field, in milliseconds; undefined when it was not sent again. */
async function waitAfter(
  fields: Readonly<Record<string, string | readonly string[]>>,
): Promise<number | undefined> {
  origin.on('/a', status(503, fields), ok())
  const call = fetching()(`${origin.base}/a`)
  let over: number | undefined
  void call.then((response) => {
    over = response.status
  })
  await until(() => over !== undefined || clock.sleepers > 0)
  if (over !== undefined) return undefined
  await clock.advance(3_600_000)
  await call
  const [retried] = recorder.of('retry')
  return retried && Math.round(retried.delayS * 1_000)
}

describe('a Retry-After that asks for nothing sensible', () => {
  test.each([
    '1e99',
    '-1',
    '+5',
    '1.5',
    'NaN',
    'Infinity',
    '0x10',
    '',
    ' ',
    '5;q=1',
    '9'.repeat(400),
    'soon',
    'Fri, 31 Dec 99999 23:59:59 GMT',
    'Thu, 01 Jan 1970 00:00:00',
    '\u00FC',
  ])('such as %j leaves the own wait as it is', async (value) => {
    expect(await waitAfter({ 'retry-after': value, date: date(0) })).toBe(50)
    expect(recorder.of('retry_after')).toEqual([])
  })

  test('but lies in the past asks for no wait', async () => {
    expect(await waitAfter({ 'retry-after': date(-YEAR), date: date(0) })).toBe(50)
    expect(recorder.of('retry_after')).toMatchObject([{ durationS: 0, action: 'honoured' }])
  })

  test.each(['2147483647', 'Fri, 31 Dec 9999 23:59:59 GMT', '86400'])(
    'such as %s is more than anybody waits: the answer stands, or the field counts for nothing',
    async (value) => {
      const waited = await waitAfter({ 'retry-after': value, date: date(0) })

      expect(waited === undefined || waited === 50).toBe(true)
      expect(recorder.of('retry_after').every(({ action }) => action === 'over_cap')).toBe(true)
    },
  )

  test('and comes twice, which no server means, holds back neither retry nor limiter', async () => {
    expect(await waitAfter({ 'retry-after': ['2', '1000'] })).toBe(50)
    expect(recorder.of('rate').every(({ delayS }) => delayS === 0)).toBe(true)
  })

  test('and a Date that is none is taken against the own clock', async () => {
    const fields = { 'retry-after': date(2_000), date: 'Fri, 31 Dec 99999 23:59:59 GMT' }

    expect(await waitAfter(fields)).toBe(2_050)
  })
})

describe('a wall clock that is set', () => {
  test.each([YEAR, -YEAR])('by %d ms during a wait changes nothing of it', async (ms) => {
    origin.on('/a', status(503, { 'retry-after': '5' }), ok())
    const call = fetching()(`${origin.base}/a`)
    await until(() => clock.sleepers > 0)

    clock.jumpWall(ms)
    await clock.advance(5_000)
    expect(origin.count('/a')).toBe(1)
    await clock.advance(50)

    await call
    expect(origin.count('/a')).toBe(2)
    expect(recorder.of('call')[0]?.durationS).toBeCloseTo(5.05)
  })

  test.each([YEAR, -YEAR])('by %d ms moves no deadline and no open circuit', async (ms) => {
    origin.on('/hang', () => {})
    origin.on('/bad', status(500))
    const fetch = fetching({
      defaults: {
        retry: false,
        deadlineMs: 1_000,
        timeoutMs: false,
        breaker: { consecutiveFailures: 2, openMs: 10_000, jitter: 0 },
      },
    })
    const hanging = fetch(`${origin.base}/hang`).catch((error: unknown) => error)
    await until(() => origin.count('/hang') === 1)
    clock.jumpWall(ms)
    await clock.advance(999)
    expect(recorder.of('call')).toEqual([])
    await clock.advance(1)
    expect(isPlimsollError(await hanging, 'ERR_PLIMSOLL_DEADLINE')).toBe(true)

    await fetch(`${origin.base}/bad`)
    clock.jumpWall(-ms)
    await clock.advance(9_000)
    const refused: unknown = await fetch(`${origin.base}/bad`).catch((error: unknown) => error)
    expect(isPlimsollError(refused, 'ERR_PLIMSOLL_CIRCUIT_OPEN')).toBe(true)
    await clock.advance(1_000)
    expect((await fetch(`${origin.base}/bad`)).status).toBe(500)
  })
})

describe('a cache that is told nonsense', () => {
  test.each([
    { age: '-1' },
    { age: 'NaN' },
    { age: '9'.repeat(100) },
    { 'cache-control': 'max-age=1e99' },
    { 'cache-control': 'max-age=-1' },
    { 'cache-control': `max-age=${'9'.repeat(100)}` },
    { 'cache-control': 'max-age="60", max-age=0, =, ;;, public=1' },
    { 'cache-control': `stale-while-revalidate=${'9'.repeat(30)}, max-age=0, stale-if-error=-1` },
    { expires: '0' },
    { expires: 'Fri, 31 Dec 99999 23:59:59 GMT' },
    { date: 'never' },
    { vary: '*, accept, \u00FC' },
    { etag: '"' },
    { 'last-modified': 'yesterday' },
  ])('by %o answers all the same, each call once', async (fields) => {
    origin.on(
      '/a',
      ok('fine', { 'cache-control': 'max-age=60', ...fields } as Record<string, string>),
    )
    const fetch = createFetch({ recorder, cache: true })

    const texts = [
      await (await fetch(`${origin.base}/a`)).text(),
      await (await fetch(`${origin.base}/a`)).text(),
    ]

    expect(texts).toEqual(['fine', 'fine'])
    expect(recorder.of('call')).toHaveLength(2)
    expect(recorder.of('cache')).toHaveLength(2)
  })
})
