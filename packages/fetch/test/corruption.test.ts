import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { isPlimsollError } from '@plimsoll/policies'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../src/index.ts'
import { cut, ok, rejectionOf, startOrigin, status, until, type Origin } from './origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

const digestOf = (body: string | Buffer): string =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

const reasons = (): unknown[] => recorder.of('corruption').map(({ reason }) => reason)

describe('a body under createFetch', () => {
  test('that has its declared digest is read', async () => {
    origin.on(
      '/a',
      ok('hello', { 'content-digest': digestOf('hello'), 'repr-digest': digestOf('hello') }),
    )

    expect(await (await createFetch({ recorder })(`${origin.base}/a`)).text()).toBe('hello')
    expect(reasons()).toEqual([])
  })

  test.each(['content-digest', 'repr-digest'])(
    'that has not its declared %s fails at its end',
    async (name) => {
      origin.on('/a', ok('hello', { [name]: digestOf('other') }))
      const response = await createFetch({ recorder })(`${origin.base}/a`)

      const error = (await rejectionOf(response.text())) as TypeError

      expect(error).toBeInstanceOf(TypeError)
      expect(isPlimsollError(error.cause, 'ERR_PLIMSOLL_CORRUPT_BODY')).toBe(true)
      expect(reasons()).toEqual(['digest'])
      expect(recorder.of('call')).toMatchObject([{ status: 200, errorType: undefined }])
    },
  )

  test('is counted once, whether somebody reads it or not', async () => {
    origin.on('/a', ok('hello', { 'content-digest': digestOf('other') }))
    const fetch = createFetch({ recorder })

    await fetch(`${origin.base}/a`)

    await until(() => recorder.of('corruption').length === 1)
    const response = await fetch(`${origin.base}/a`)
    const copy = response.clone()
    await rejectionOf(response.text())
    await rejectionOf(copy.text())
    expect(reasons()).toEqual(['digest', 'digest'])
  })

  test('that is compressed is verified as it was sent', async () => {
    const sent = gzipSync('hello')
    origin.on('/a', (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-digest': digestOf(sent) })
      response.end(sent)
    })

    expect(await (await createFetch({ recorder })(`${origin.base}/a`)).text()).toBe('hello')
    expect(reasons()).toEqual([])
  })

  test('of a HEAD is not missed', async () => {
    origin.on('/a', ok('hello', { 'content-digest': digestOf('hello') }))

    await (await createFetch({ recorder })(`${origin.base}/a`, { method: 'HEAD' })).text()

    expect(reasons()).toEqual([])
  })

  test('is not verified when integrity is off', async () => {
    origin.on('/a', ok('hello', { 'content-digest': digestOf('other') }))

    const response = await createFetch({ recorder, integrity: false })(`${origin.base}/a`)

    expect(await response.text()).toBe('hello')
  })

  test('that ends short of its length is corrupt', async () => {
    origin.on('/a', cut('hel', 5))
    const response = await createFetch({ recorder })(`${origin.base}/a`)

    const error = (await rejectionOf(response.text())) as TypeError

    expect(isPlimsollError(error.cause, 'ERR_PLIMSOLL_CORRUPT_BODY')).toBe(true)
    expect(reasons()).toEqual(['length'])
  })

  test('that the program gives up is not corrupt', async () => {
    origin.on('/a', (response) => {
      response.writeHead(200, { 'content-length': 10_000_000 })
      response.write('x'.repeat(100_000))
    })
    const fetch = createFetch({ recorder })
    const controller = new AbortController()
    const first = await fetch(`${origin.base}/a`)
    const second = await fetch(`${origin.base}/a`, { signal: controller.signal })

    await first.body?.cancel()
    const rejected = rejectionOf(second.text())
    controller.abort()

    expect(await rejected).toBe(controller.signal.reason)
    expect(reasons()).toEqual([])
  })

  test('that has not the digest of the caller fails the call', async () => {
    origin.on('/a', ok('hello'))
    const integrity = `sha256-${createHash('sha256').update('other').digest('base64')}`

    await rejectionOf(createFetch({ recorder })(`${origin.base}/a`, { integrity }))

    expect(reasons()).toEqual(['digest'])
    expect(recorder.of('call')).toMatchObject([{ errorType: 'corrupt_body' }])
  })
})

describe('a body under observeFetch', () => {
  test('that ends short of its length is counted, and fails as the platform has it', async () => {
    origin.on('/a', cut('hel', 5))
    const expected = (await rejectionOf((await fetch(`${origin.base}/a`)).text())) as TypeError
    const response = await observeFetch(globalThis.fetch, { recorder })(`${origin.base}/a`)

    const error = (await rejectionOf(response.text())) as TypeError

    expect(String(error)).toBe(String(expected))
    expect(String(error.cause)).toBe(String(expected.cause))
    expect(reasons()).toEqual(['length'])
  })

  test('that the program gives up, or that has no length, is not corrupt', async () => {
    origin.on('/a', (response) => {
      response.writeHead(200, { 'content-length': 10_000_000 })
      response.write('x'.repeat(100_000))
    })
    origin.on('/chunked', (response) => {
      response.write('part', () => response.socket?.destroy())
    })
    const fetch = observeFetch(globalThis.fetch, { recorder })

    await (await fetch(`${origin.base}/a`)).body?.cancel()
    await rejectionOf((await fetch(`${origin.base}/chunked`)).text())
    origin.on('/none', status(204))
    await fetch(`${origin.base}/none`)

    expect(reasons()).toEqual([])
  })
})
