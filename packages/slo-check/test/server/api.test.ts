import { PromqlError } from '@plimsoll/promql'
import { describe, expect, test } from 'vitest'
import { SloCheckError } from '../../src/error.ts'
import { serverAddress } from '../../src/server/address.ts'
import { createApi, type PrometheusApi } from '../../src/server/api.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { fakePrometheus, type Answer, type FakePrometheus } from './fake-prometheus.ts'

const NOTHING = { headers: {}, named: null, secrets: [], certificates: { ca: null, client: null } }
const TIMEOUT_MS = 10_000
const VECTOR = { resultType: 'vector', result: [] }
const GOOD: Answer = { body: { status: 'success', data: VECTOR } }

interface Asked extends AsyncDisposable {
  readonly server: FakePrometheus
  readonly api: PrometheusApi
  readonly clock: FakeClock
}

/** A server that gives these answers, one after the other, and then the last again. */
async function answering(answers: readonly Answer[], maxBytes?: number): Promise<Asked> {
  const clock = fakeClock()
  const server = await fakePrometheus({
    answer: (_seen, before) => {
      const answer = answers[Math.min(before.length, answers.length - 1)]
      if (answer?.silent === true)
        setImmediate(() => {
          clock.advance(TIMEOUT_MS)
        })
      return answer
    },
  })
  const api = createApi({
    address: serverAddress(server.url),
    credentials: NOTHING,
    timeoutMs: TIMEOUT_MS,
    clock,
    random: () => 0.5,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  })
  return {
    server,
    api,
    clock,
    [Symbol.asyncDispose]: async () => {
      api[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function faultOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it did not fail')
}

test('a query is asked by POST, at a time, with a limit and a lookback of its own', async () => {
  await using asked = await answering([GOOD])

  expect(await asked.api.query('up', 1_795_000_000.25)).toEqual({
    ...VECTOR,
    warnings: [],
    infos: [],
  })
  const [seen] = asked.server.seen
  expect([seen?.method, seen?.path]).toEqual(['POST', 'query'])
  expect(Object.fromEntries(seen!.form)).toEqual({
    query: 'up',
    time: '1795000000.250',
    timeout: '10000ms',
    lookback_delta: '5m',
    nocache: '1',
    partial_response: 'false',
    deny_partial_response: '1',
  })
})

test('a prefix in front of the API belongs to the address', async () => {
  await using server = await fakePrometheus({ prefix: '/prometheus' })
  for (const ending of ['', '/', '/api/v1', '/api/v1/query']) {
    using api = createApi({
      address: serverAddress(server.url + ending),
      credentials: NOTHING,
      timeoutMs: TIMEOUT_MS,
      clock: fakeClock(),
      random: () => 0,
    })

    expect(await api.query('vector(1)', 1)).toMatchObject({ resultType: 'vector' })
  }
})

describe('what may be better soon is tried again:', () => {
  test.each<[string, Answer]>([
    ['429', { status: 429, body: 'slow down' }],
    ['502', { status: 502, body: 'bad gateway' }],
    ['503', { status: 503, body: 'starting' }],
    ['504', { status: 504, body: 'late' }],
    ['no answer in time', { silent: true }],
  ])('%s', async (_name, bad) => {
    await using asked = await answering([bad, GOOD])

    expect(await asked.api.query('up', 1)).toMatchObject(VECTOR)
    expect(asked.server.seen).toHaveLength(2)
    expect(asked.clock.waits).toEqual([187.5])
  })

  test('four times at most, with growing waits, and then the last answer is told', async () => {
    await using asked = await answering([{ status: 503, body: 'ingester is starting' }])

    const fault = await faultOf(asked.api.query('up', 1))

    expect(asked.server.seen).toHaveLength(4)
    expect(asked.clock.waits).toEqual([187.5, 375, 750])
    expect(fault).toMatchObject({ code: 'ERR_PLIMSOLL_SERVER' })
    expect(fault.message).toBe(
      `the server ${asked.server.url} cannot be asked: it answers with HTTP 503: ingester is starting (tried 4 times)`,
    )
  })

  test('and no new try begins after twice the time limit', async () => {
    await using asked = await answering([{ silent: true }])

    const fault = await faultOf(asked.api.query('up', 1))

    expect(asked.server.seen).toHaveLength(2)
    expect(fault.message).toContain('it did not answer within 10 s: give it longer with --timeout')
  })

  test('a connection that is refused', async () => {
    const { url } = await closedServer()
    const clock = fakeClock()
    using api = createApi({
      address: serverAddress(url),
      credentials: NOTHING,
      timeoutMs: TIMEOUT_MS,
      clock,
      random: () => 1,
    })

    const fault = await faultOf(api.query('up', 1))

    expect(clock.waits).toEqual([250, 500, 1000])
    expect(fault.message).toBe(
      `the server ${url} cannot be asked: nothing listens there: is the server running, and is this its address and port? (ECONNREFUSED) (tried 4 times)`,
    )
  })
})

describe('Retry-After', () => {
  test.each([
    ['in seconds', '7'],
    ['as a date', new Date(fakeClock().epoch() + 7000).toUTCString()],
  ])('%s is obeyed', async (_name, header) => {
    await using asked = await answering([{ status: 429, headers: { 'retry-after': header } }, GOOD])

    await asked.api.query('up', 1)

    expect(asked.clock.waits).toEqual([7000])
  })

  test('that is longer than the time limit ends it at once, and is told', async () => {
    await using asked = await answering([{ status: 429, headers: { 'retry-after': '60' } }])

    const fault = await faultOf(asked.api.query('up', 1))

    expect(asked.server.seen).toHaveLength(1)
    expect(fault.message).toContain(
      'it answers with HTTP 429: it is asked too often; it asks to wait 60 s, which is longer than --timeout',
    )
  })
})

describe('what will not be better is not tried again:', () => {
  const failed = (errorType: string, error: string): unknown => ({
    status: 'error',
    errorType,
    error,
  })

  test.each<[string, Answer]>([
    ['a query that does not parse', { status: 400, body: failed('bad_data', 'no such function') }],
    [
      'one that cannot be evaluated',
      { status: 422, body: failed('execution', 'no such function') },
    ],
    [
      'one that took the server too long',
      { status: 503, body: failed('timeout', 'no such function') },
    ],
  ])('%s fails as a query, not as a server', async (_name, answer) => {
    await using asked = await answering([answer])

    const fault = await faultOf(asked.api.query('up', 1))

    expect(fault).toBeInstanceOf(PromqlError)
    expect(fault).toMatchObject({ kind: 'execution', message: 'no such function' })
    expect(asked.server.seen).toHaveLength(1)
  })

  test('an answer that is too long is not read to its end', async () => {
    await using asked = await answering([{ body: 'x'.repeat(5_000_000) }], 2 * 1024 * 1024)

    const fault = await faultOf(asked.api.query('up', 1))

    expect(fault).toBeInstanceOf(PromqlError)
    expect(fault.message).toBe(
      'the answer is longer than 2 MiB: select fewer series, or put sum(…) around them',
    )
    expect(asked.server.seen).toHaveLength(1)
  })

  test.each<[string, Answer, string]>([
    [
      '401',
      { status: 401, body: 'no org id' },
      'it wants credentials: give them in the environment as SLO_CHECK_BEARER_TOKEN',
    ],
    ['403', { status: 403 }, '(HTTP 403)'],
    [
      '404',
      { status: 404, body: '404 page not found' },
      'it has no PromQL API at this address: is it a Prometheus?',
    ],
    ['405', { status: 405, body: 'no' }, 'it answers with HTTP 405: no'],
    ['500', { status: 500, body: 'boom' }, 'it answers with HTTP 500: boom'],
    [
      'a web page',
      { body: '<!DOCTYPE html><title>Log in</title>', headers: { 'content-type': 'text/html' } },
      'it answers with a web page, not with JSON: is that a login page',
    ],
    [
      'a redirection to a login page',
      { status: 302, headers: { location: 'https://login.example/in?token=secret' } },
      'it redirects to https://login.example/in: is that a login page? Then it wants credentials',
    ],
    [
      'JSON of another program',
      { body: { hello: 1 } },
      'its answer is not one of Prometheus\'s API: {"hello":1}',
    ],
    [
      'JSON of another form',
      { body: { status: 'success', data: { resultType: 'vector' } } },
      "not one of Prometheus's API",
    ],
    ['no JSON', { body: 'pong' }, "not one of Prometheus's API: pong"],
    [
      'a server of TLS that is asked without',
      { status: 400, body: 'Client sent an HTTP request to an HTTPS server.' },
      'it speaks TLS at this port: write https:// in its address',
    ],
  ])('%s', async (_name, answer, message) => {
    await using asked = await answering([answer])

    const fault = await faultOf(asked.api.query('up', 1))

    expect(fault).toBeInstanceOf(SloCheckError)
    expect(fault.message).toContain(message)
    expect(fault.message).not.toContain('secret')
    expect(asked.server.seen).toHaveLength(1)
  })

  test('a redirection to https:// says so', async () => {
    const location = { value: '' }
    await using server = await fakePrometheus({
      answer: () => ({ status: 301, headers: { location: location.value } }),
    })
    location.value = `${server.url.replace('http:', 'https:')}/api/v1/query`
    using api = createApi({
      address: serverAddress(server.url),
      credentials: NOTHING,
      timeoutMs: TIMEOUT_MS,
      clock: fakeClock(),
      random: () => 0,
    })

    expect((await faultOf(api.query('up', 1))).message).toContain('write https:// in its address')
  })
})

test('at most four requests are under way at once', async () => {
  const open = { now: 0, most: 0 }
  await using server = await fakePrometheus({
    answer: () => {
      open.now += 1
      open.most = Math.max(open.most, open.now)
      return { silent: true }
    },
  })
  const clock = fakeClock()
  using api = createApi({
    address: serverAddress(server.url),
    credentials: NOTHING,
    timeoutMs: TIMEOUT_MS,
    clock,
    random: () => 0,
  })

  const all = Array.from({ length: 10 }, () => faultOf(api.query('up', 1)))
  await expect.poll(() => open.now).toBe(4)
  open.now = 0
  clock.advance(2 * TIMEOUT_MS + 1)
  await expect.poll(() => open.now).toBe(4)
  api[Symbol.dispose]()
  await Promise.all(all)

  expect(open.most).toBe(4)
})

test('who disposes of the API does not wait for what is still tried', async () => {
  await using server = await fakePrometheus({
    answer: () => ({ status: 503, headers: { 'retry-after': '9' } }),
  })
  const waiting = Promise.withResolvers<undefined>()
  const forever = (signal?: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      waiting.resolve(undefined)
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  const api = createApi({
    address: serverAddress(server.url),
    credentials: NOTHING,
    timeoutMs: TIMEOUT_MS,
    clock: { ...fakeClock(), sleep: (_ms, signal) => forever(signal) },
    random: () => 0,
  })

  const fault = faultOf(api.query('up', 1))
  await waiting.promise
  api[Symbol.dispose]()

  expect((await fault).message).toBe('the source was disposed of')
  expect(server.seen).toHaveLength(1)
})

test('a page that the server does not have is none, and no fault', async () => {
  await using asked = await answering([{ status: 403 }, { status: 404 }, { body: 'no JSON' }])

  expect([
    await asked.api.page('status/flags'),
    await asked.api.page('features'),
    await asked.api.page('status/buildinfo'),
  ]).toEqual([null, null, null])
})

/** The address of a server that has gone. */
async function closedServer(): Promise<{ url: string }> {
  await using server = await fakePrometheus()
  return { url: server.url }
}
