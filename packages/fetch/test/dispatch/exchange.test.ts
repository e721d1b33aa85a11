import { Duplex } from 'node:stream'
import { isPlimsollError } from '@plimsoll/policies'
import { manualClock, memoryRecorder } from '@plimsoll/policies/testing'
import type { Dispatcher } from 'undici'
import { expect, test } from 'vitest'
import { createFetch, createRequest } from '../../src/index.ts'
import { rejectionOf, until } from '../origin.ts'

type Handler = Dispatcher.DispatchHandler

/** A network whose exchanges the test conducts by hand. */
function conducted(): { readonly dispatcher: Dispatcher; readonly handlers: Handler[] } {
  const handlers: Handler[] = []
  const dispatcher = {
    dispatch: (_: unknown, handler: Handler) => {
      handlers.push(handler)
      return true
    },
  }
  return { dispatcher: dispatcher as unknown as Dispatcher, handlers }
}

/** A connection that notes what it was aborted with. */
function connection(): {
  readonly controller: Dispatcher.DispatchController
  readonly aborts: unknown[]
} {
  const aborts: unknown[] = []
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: null,
    pause: () => {},
    resume: () => {},
    abort: (reason: Error) => void aborts.push(reason),
  }
  return { controller, aborts }
}

test('an exchange that times out while it still connects is over, and is cancelled when the connection stands', async () => {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const { dispatcher, handlers } = conducted()
  const fetch = createFetch({
    clock,
    recorder,
    dispatcher,
    defaults: { timeoutMs: 100, retry: false },
  })
  const rejected = rejectionOf(fetch('http://a.test/'))
  await until(() => handlers.length === 1)

  await clock.advance(100)
  const error = await rejected
  const { controller, aborts } = connection()
  handlers[0]?.onRequestStart?.(controller, null)
  handlers[0]?.onResponseError?.(controller, new Error('late'))

  expect(isPlimsollError(error, 'ERR_PLIMSOLL_TIMEOUT')).toBe(true)
  expect(aborts).toEqual([error])
  expect(recorder.of('attempt')).toMatchObject([{ errorType: 'timeout' }])
  expect(recorder.of('breaker_execution')).toMatchObject([{ recorded: 'failure' }])
})

test('an abort while it still connects settles at once, and the attempt is recorded before the call', async () => {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const { dispatcher, handlers } = conducted()
  const fetch = createFetch({ clock, recorder, dispatcher })
  const caller = new AbortController()
  const rejected = rejectionOf(fetch('http://a.test/', { signal: caller.signal }))
  await until(() => handlers.length === 1)

  caller.abort()
  const error = await rejected
  const { controller, aborts } = connection()
  handlers[0]?.onRequestStart?.(controller, null)

  expect(error).toBe(caller.signal.reason)
  expect(aborts).toHaveLength(1)
  expect(recorder.records.map(({ kind }) => kind).slice(-3)).toEqual([
    'breaker_execution',
    'attempt',
    'call',
  ])
  expect(recorder.of('attempt')).toMatchObject([{ errorType: 'aborted' }])
  expect(recorder.of('call')).toMatchObject([{ errorType: 'aborted', breakerRecorded: 'ignored' }])
  expect(clock.sleepers).toBe(0)
})

test('a dispatcher that throws is an error of the network, not of the program', async () => {
  const recorder = memoryRecorder()
  const dispatcher = {
    dispatch: () => {
      throw Object.assign(new Error('closed'), { code: 'UND_ERR_CLOSED' })
    },
  } as unknown as Dispatcher
  const fetch = createFetch({ recorder, dispatcher, defaults: { retry: false } })

  const error = await rejectionOf(fetch('http://a.test/'))

  expect(error).toBeInstanceOf(TypeError)
  expect(recorder.of('attempt')).toMatchObject([{ errorType: 'UND_ERR_CLOSED' }])
  expect(recorder.of('call')).toMatchObject([{ errorType: 'UND_ERR_CLOSED' }])
})

test('news before the answer is passed on, and the answer alone counts', async () => {
  const recorder = memoryRecorder()
  const { dispatcher, handlers } = conducted()
  const call = createFetch({ recorder, dispatcher })('http://a.test/')
  await until(() => handlers.length === 1)
  const { controller } = connection()
  const [handler] = handlers

  handler?.onRequestStart?.(controller, null)
  handler?.onResponseStart?.(controller, 103, { link: '</style.css>' }, 'Early Hints')
  expect(recorder.of('attempt')).toEqual([])
  handler?.onResponseStart?.(controller, 200, {}, 'OK')
  handler?.onResponseData?.(controller, Buffer.from('body'))
  handler?.onResponseEnd?.(controller, {})

  const response = await call
  expect([response.status, await response.text()]).toEqual([200, 'body'])
  expect(recorder.of('attempt')).toMatchObject([{ status: 200 }])
})

test('a deadline that was eaten by waits is not the fault of the host', async () => {
  const clock = manualClock()
  const recorder = memoryRecorder()
  const { dispatcher, handlers } = conducted()
  const defaults = { deadlineMs: 1_000, limiter: { ratePerSecond: 1.25 }, retry: false } as const
  const fetch = createFetch({ clock, recorder, dispatcher, defaults })
  const first = rejectionOf(fetch('http://a.test/'))
  const second = rejectionOf(fetch('http://a.test/'))
  await until(() => handlers.length === 1)
  await clock.advance(800)
  await until(() => handlers.length === 2)

  await clock.advance(200)
  await Promise.all([first, second])

  expect(recorder.of('call').map(({ errorType }) => errorType)).toEqual(['deadline', 'deadline'])
  expect(recorder.of('breaker_execution').map(({ recorded }) => recorded)).toEqual([
    'failure',
    'ignored',
  ])
})

test('the caller may send one call elsewhere: policies hold, the cache does not', async () => {
  const recorder = memoryRecorder()
  const { dispatcher, handlers } = conducted()
  const fetch = createFetch({ recorder, cache: true })
  const call = fetch('http://a.test/', { dispatcher } as object)
  await until(() => handlers.length === 1)
  const { controller } = connection()

  handlers[0]?.onResponseStart?.(controller, 204, {}, 'No Content')
  handlers[0]?.onResponseEnd?.(controller, {})

  expect((await call).status).toBe(204)
  expect(recorder.of('breaker_execution')).toMatchObject([{ recorded: 'success' }])
  expect(recorder.of('cache')).toEqual([])
})

test('an exchange that goes on as another protocol has its answer, and counts once', async () => {
  const recorder = memoryRecorder()
  const { dispatcher, handlers } = conducted()
  const request = createRequest({ recorder, dispatcher, defaults: { retry: false } })
  const rejected = rejectionOf(request('http://a.test/'))
  await until(() => handlers.length === 1)
  const { controller } = connection()

  handlers[0]?.onRequestUpgrade?.(controller, 101, {}, new Duplex())
  handlers[0]?.onResponseError?.(controller, new Error('closed'))
  await rejected

  expect(recorder.of('attempt')).toMatchObject([{ status: 101 }])
})
