import { createHash } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { isPlimsollError } from '@plimsoll/policies'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch } from '../../src/index.ts'
import { ok, rejectionOf, startOrigin, status, type Origin } from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

const digest = (algorithm: 'sha-256' | 'sha-512', body: string | Buffer): string =>
  `${algorithm}=:${createHash(algorithm.replace('-', '')).update(body).digest('base64')}:`

const RIGHT = digest('sha-256', 'hello')
const WRONG = digest('sha-256', 'other')

/** What reading the body comes to. */
async function read(init?: RequestInit): Promise<string> {
  const response = await createFetch({ recorder, defaults: { retry: false } })(
    `${origin.base}/a`,
    init,
  )
  try {
    return await response.text()
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (isPlimsollError(cause, 'ERR_PLIMSOLL_CORRUPT_BODY')) return 'corrupt'
    throw error
  }
}

describe('a digest that is declared', () => {
  test.each([
    ['by sha-512', digest('sha-512', 'hello'), 'hello'],
    ['by both, both right', `${RIGHT}, ${digest('sha-512', 'hello')}`, 'hello'],
    ['by both, one wrong', `${RIGHT}, ${digest('sha-512', 'other')}`, 'corrupt'],
    ['beside one that nobody knows', `own=:AAAA:, ${WRONG}`, 'corrupt'],
    ['by one that nobody knows alone', 'own=:AAAA:', 'hello'],
    ['by deprecated ones alone', 'md5=:AAAA:, sha=:AAAA:, crc32c=:AAAA:', 'hello'],
    ['with parameters', `${RIGHT};own=1`, 'hello'],
    ['too short', 'sha-256=:AAAA:', 'corrupt'],
    ['of nothing', 'sha-256=::', 'corrupt'],
    ['in capitals, which is another key', WRONG.replace('sha-256', 'SHA-256'), 'hello'],
    ['without colons', WRONG.replaceAll(':', ''), 'hello'],
    ['as a string', 'sha-256="AAAA"', 'hello'],
    ['in a list that does not end', `${WRONG},`, 'corrupt'],
    ['a thousand times', Array.from({ length: 100 }, () => RIGHT).join(','), 'hello'],
  ])('%s', async (_, value, expected) => {
    for (const name of ['content-digest', 'repr-digest']) {
      origin.on('/a', ok('hello', { [name]: value }))

      expect([name, await read()]).toEqual([name, expected])
    }
  })

  test('in two lines is one list', async () => {
    origin.on('/a', ok('hello', { 'content-digest': [RIGHT, digest('sha-512', 'other')] }))

    expect(await read()).toBe('corrupt')
  })

  test.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
  ] as const)('covers the bytes as they are sent, %s included', async (encoding, sent) => {
    const answer = (field: string): void =>
      origin.on('/a', (response) => {
        response.writeHead(200, { 'content-encoding': encoding, 'content-digest': field }).end(sent)
      })

    answer(digest('sha-256', sent))
    expect(await read()).toBe('hello')
    answer(RIGHT)
    expect(await read()).toBe('corrupt')
  })

  test('on an answer without a body is not missed', async () => {
    origin.on('/a', status(204, { 'content-digest': WRONG }))
    expect(await read()).toBe('')
    origin.on('/a', status(304, { 'content-digest': WRONG, 'repr-digest': WRONG }))
    expect(await read()).toBe('')
    origin.on('/a', ok('hello', { 'content-digest': WRONG }))
    expect(await read({ method: 'HEAD' })).toBe('')
  })

  test('of the representation says nothing of a part, of the content it does', async () => {
    const part = { 'content-range': 'bytes 0-4/10' }
    origin.on('/a', status(206, { ...part, 'repr-digest': WRONG }, 'hello'))
    expect(await read()).toBe('hello')
    origin.on('/a', status(206, { ...part, 'content-digest': WRONG }, 'hello'))
    expect(await read()).toBe('corrupt')
  })

  test('in the trailers, and one that is only wished for, is none', async () => {
    origin.on('/a', (response) => {
      response.writeHead(200, { trailer: 'content-digest', 'want-content-digest': 'sha-256=10' })
      response.addTrailers({ 'content-digest': WRONG })
      response.end('hello')
    })

    expect(await read()).toBe('hello')
  })

  test('of an error is verified as well', async () => {
    origin.on('/a', status(404, { 'content-digest': WRONG }, 'hello'))

    expect(await read()).toBe('corrupt')
  })

  test('of a redirect is that of a body which nobody reads', async () => {
    origin.on('/a', status(302, { location: '/b', 'content-digest': WRONG }, 'moved'))
    origin.on('/b', ok('hello', { 'content-digest': RIGHT }))

    expect(await read()).toBe('hello')
  })

  test('is not believed of a body that breaks off', async () => {
    origin.on('/a', (response) => {
      response.writeHead(200, { 'content-digest': RIGHT, 'transfer-encoding': 'chunked' })
      response.write('hello', () => setImmediate(() => response.destroy()))
    })

    const response = await createFetch({ recorder })(`${origin.base}/a`)

    expect(await rejectionOf(response.text())).toBeInstanceOf(TypeError)
    expect(recorder.of('corruption')).toEqual([])
  })
})
