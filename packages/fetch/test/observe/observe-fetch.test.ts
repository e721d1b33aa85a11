import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { request } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFetch, observeFetch, withRole } from '../../src/index.ts'
import { hang, ok, rejectionOf, startOrigin, status, until, type Origin } from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder
let fetch: typeof globalThis.fetch

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
  fetch = observeFetch(globalThis.fetch, { recorder })
})
afterEach(() => origin.close())

test('a call is reported once, at its headers, with its one attempt', async () => {
  origin.on('/a', ok())

  await fetch(`${origin.base}/a?secret=1`)

  expect(recorder.records.map(({ kind }) => kind)).toEqual(['call_start', 'attempt', 'call'])
  expect(recorder.of('attempt')).toMatchObject([
    { subject: { address: '127.0.0.1', port: origin.port }, method: 'GET', status: 200 },
  ])
  expect(recorder.of('call')).toMatchObject([
    { method: 'GET', status: 200, errorType: undefined, retryCount: 0, cache: undefined },
  ])
})

test('each hop of a redirect is an attempt', async () => {
  origin.on('/a', status(302, { location: '/b' }))
  origin.on('/b', status(301, { location: '/c' }))
  origin.on('/c', status(404))

  await fetch(`${origin.base}/a`)

  expect(recorder.of('attempt').map(({ status, errorType }) => [status, errorType])).toEqual([
    [302, undefined],
    [301, undefined],
    [404, '404'],
  ])
  expect(recorder.of('call')).toMatchObject([{ status: 404, errorType: '404' }])
})

test('the request on the wire is the same to the byte', async () => {
  origin.on('/a', ok())
  await (await globalThis.fetch(`${origin.base}/a`, { method: 'POST', body: 'x' })).text()
  await (await fetch(`${origin.base}/a`, { method: 'POST', body: 'x' })).text()

  expect(origin.seen[1]).toEqual(origin.seen[0])
})

test('an error of the network has its code', async () => {
  await origin.close()

  await rejectionOf(fetch(`${origin.base}/a`))

  expect(recorder.of('attempt')).toMatchObject([{ errorType: 'ECONNREFUSED', status: undefined }])
  expect(recorder.of('call')).toMatchObject([{ errorType: 'ECONNREFUSED' }])
  origin = await startOrigin()
})

test('an abort ends the attempt and the call', async () => {
  origin.on('/a', hang)
  const controller = new AbortController()
  const reason = new Error('mine')
  const rejected = rejectionOf(fetch(`${origin.base}/a`, { signal: controller.signal }))
  await until(() => origin.count() === 1)

  controller.abort(reason)

  expect(await rejected).toBe(reason)
  expect(recorder.records.map(({ kind }) => kind)).toEqual(['call_start', 'attempt', 'call'])
  expect(recorder.of('attempt')).toMatchObject([{ errorType: 'aborted' }])
  expect(recorder.of('call')).toMatchObject([{ errorType: 'aborted' }])
})

test('what cannot be sent is an invalid request without attempts', async () => {
  await rejectionOf(fetch('no url'))

  expect(recorder.records.map(({ kind }) => kind)).toEqual(['call_start', 'call'])
  expect(recorder.of('call')).toMatchObject([{ errorType: 'invalid_request' }])
})

test('other schemes are no calls', async () => {
  await (await fetch('data:text/plain,x')).text()

  expect(recorder.records).toEqual([])
})

test('a fetch that is not made on undici counts its answer as an attempt', async () => {
  const mock = observeFetch(async () => new Response('x', { status: 418 }), { recorder })

  await mock('http://mock.test/a')

  expect(recorder.of('attempt')).toMatchObject([
    { status: 418, errorType: '418', subject: { address: 'mock.test', port: 80 } },
  ])
  expect(recorder.of('call')).toMatchObject([{ status: 418 }])
})

test('a fetch that throws in the same turn throws in the same turn', () => {
  const broken = observeFetch(
    () => {
      throw new RangeError('at once')
    },
    { recorder },
  )

  expect(() => broken('http://mock.test/')).toThrow(RangeError)
  expect(recorder.of('call')).toHaveLength(1)
})

test('the requests of other clients are not ours', async () => {
  origin.on('/a', ok())

  const { body } = await request(`${origin.base}/a`)
  await body.dump()

  expect(recorder.records).toEqual([])
})

test('calls at the same time keep their own attempts', async () => {
  origin.on('/a', ok())
  origin.on('/b', status(302, { location: '/a' }))
  const paths = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? '/a' : '/b'))

  await Promise.all(paths.map(async (path) => (await fetch(`${origin.base}${path}`)).text()))

  const codes = recorder.of('attempt').map((record) => record.status)
  expect(codes.filter((code) => code === 200)).toHaveLength(50)
  expect(codes.filter((code) => code === 302)).toHaveLength(25)
  expect(recorder.of('call')).toHaveLength(50)
})

test('a role is heard, and a recorder that throws is not', async () => {
  origin.on('/a', ok())
  await withRole(fetch, 'metadata')(`${origin.base}/a`)
  expect(recorder.of('call')).toMatchObject([{ subject: { role: 'metadata' } }])

  const deaf = {
    record: () => {
      throw new Error('deaf')
    },
  }
  const response = await observeFetch(globalThis.fetch, { recorder: deaf })(`${origin.base}/a`)
  expect(await response.text()).toBe('fine')
})

test('what is ours already is not wrapped again, and is seen through', async () => {
  origin.on('/a', ok())
  const policed = createFetch({ recorder, fetch })

  expect(observeFetch(fetch)).toBe(fetch)
  expect(observeFetch(policed)).toBe(policed)
  await policed(`${origin.base}/a`)

  expect(recorder.of('call')).toHaveLength(1)
  expect(recorder.of('attempt')).toHaveLength(1)
})
