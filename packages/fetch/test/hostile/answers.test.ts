import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { isPlimsollError } from '@plimsoll/policies'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, type HostPolicies } from '../../src/index.ts'
import { rejectionOf, until } from '../origin.ts'
import { flood, startRawOrigin, type RawOrigin } from './raw-origin.ts'

let recorder: MemoryRecorder
let origin: RawOrigin | undefined

beforeEach(() => {
  recorder = memoryRecorder()
})
afterEach(async () => {
  await origin?.close()
  origin = undefined
})

async function serving(serve: (socket: Socket, index: number) => void): Promise<RawOrigin> {
  origin = await startRawOrigin(serve)
  return origin
}

const fetching = (defaults: HostPolicies = {}): typeof fetch =>
  createFetch({ recorder, defaults: { retry: false, ...defaults } })

const causeOf = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? cause.code : cause
}

const HEAD = 'HTTP/1.1 200 OK\r\n'

describe('an origin whose head never ends', () => {
  test('with ever more fields is given up after some kilobytes', async () => {
    let written = (): number => 0
    const { base } = await serving((socket) => {
      socket.write(HEAD)
      written = flood(socket, `x-more: ${'x'.repeat(100)}\r\n`)
    })

    const error = await rejectionOf(fetching()(base))

    expect(causeOf(error)).toBe('UND_ERR_HEADERS_OVERFLOW')
    expect(written()).toBeLessThan(20_000_000)
    expect(recorder.of('attempt')).toMatchObject([{ errorType: 'UND_ERR_HEADERS_OVERFLOW' }])
    await until(() => origin?.open === 0)
  })

  test('with one field that grows is given up after some kilobytes', async () => {
    const { base } = await serving((socket) => {
      socket.write(`${HEAD}x-more: `)
      flood(socket, 'x'.repeat(1_000))
    })

    const error = await rejectionOf(fetching()(base))

    expect(causeOf(error)).toBe('UND_ERR_HEADERS_OVERFLOW')
    await until(() => origin?.open === 0)
  })

  test.each([
    {
      how: 'with ever more news of it',
      piece: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
      everyMs: 5,
    },
    {
      how: 'with a flood of news of it',
      piece: 'HTTP/1.1 102 Processing\r\n\r\n',
      everyMs: undefined,
    },
    { how: 'byte by byte', piece: 'x', everyMs: 5 },
  ])('$how is given up when the time of the attempt is over', async ({ piece, everyMs }) => {
    const { base } = await serving((socket) => {
      if (piece === 'x') socket.write(`${HEAD}x-more: `)
      flood(socket, piece, everyMs)
    })

    const error = await rejectionOf(fetching({ timeoutMs: 100 })(base))

    expect(isPlimsollError(error, 'ERR_PLIMSOLL_TIMEOUT')).toBe(true)
    expect(recorder.of('attempt')).toMatchObject([{ errorType: 'timeout', status: undefined }])
    await until(() => origin?.open === 0)
  })
})

describe('an origin whose body never ends', () => {
  test('byte by byte ends when the program gives up, and the connection with it', async () => {
    const { base } = await serving((socket) => {
      socket.write(`${HEAD}content-length: 1000000\r\n\r\n`)
      flood(socket, 'x', 5)
    })
    const controller = new AbortController()
    const response = await fetching()(base, { signal: controller.signal })
    const reading = rejectionOf(response.text())

    controller.abort(new RangeError('slow'))

    expect(await reading).toEqual(new RangeError('slow'))
    await until(() => origin?.open === 0)
    expect(recorder.of('corruption')).toEqual([])
  })

  test('and that nobody reads is held back, and holds back nobody else', async () => {
    let written = (): number => 0
    const { base } = await serving((socket, index) => {
      if (index > 0) socket.end(`${HEAD}content-length: 4\r\n\r\nnext`)
      else {
        socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
        written = flood(socket, `400\r\n${'x'.repeat(1_024)}\r\n`)
      }
    })
    const fetch = fetching()

    const first = await fetch(base)
    expect(await (await fetch(base)).text()).toBe('next')

    let before = -1
    await until(() => {
      const same = written() === before
      before = written()
      return same
    })
    expect(written()).toBeLessThan(100_000_000)
    await first.body?.cancel()
    await until(() => origin?.open === 0)
  })
})

describe('an origin that is none', () => {
  const GARBAGE = {
    'bytes that are no HTTP': '\x00\x01\x02\xFF\xFE\r\n\r\n',
    'a status that is none': 'HTTP/1.1 abc OK\r\n\r\n',
    'two lengths': `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\nab`,
    'a negative length': `${HEAD}content-length: -5\r\n\r\n`,
    'an answer to nobody first': `${HEAD}content-length: 0\r\n\r\n\x00garbage`,
    'an end before anything': '',
    'half a head': `${HEAD}content-le`,
  }

  test.each(Object.entries(GARBAGE))(
    'that sends %s fails the call once, and learns nothing else',
    async (what, bytes) => {
      const { base } = await serving((socket) => socket.end(bytes, 'latin1'))
      // Broken HTTP will not pass by itself: only a connection that broke is tried again.
      const fetch = createFetch({
        recorder,
        defaults: { retry: { maxRetries: 1, baseDelayMs: 0 } },
      })

      const [outcome] = await Promise.allSettled([fetch(base, { method: 'POST', body: 'x' })])

      expect(outcome.status).toBe(what === 'an answer to nobody first' ? 'fulfilled' : 'rejected')
      expect(origin?.requests).toHaveLength(1)
      expect(recorder.of('call')).toHaveLength(1)
      expect(recorder.of('attempt')).toHaveLength(1)
      await until(() => origin?.open === 0)
    },
  )

  test('that sends chunks of nonsense fails the body, not the call', async () => {
    const { base } = await serving((socket) => {
      socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n`)
    })

    const response = await fetching()(base)
    const error = await rejectionOf(response.text())

    expect(error).toBeInstanceOf(TypeError)
    expect(recorder.of('call')).toMatchObject([{ status: 200, errorType: undefined }])
  })

  test('that ends its half of the connection after the request fails the call at once', async () => {
    const { base } = await serving((socket) => socket.end())

    const error = await rejectionOf(fetching()(base))

    expect(causeOf(error)).toBe('UND_ERR_SOCKET')
    await until(() => origin?.open === 0)
  })

  test('that answers before the request is out, and goes, is an answer or an error, and one record', async () => {
    const { base } = await serving((socket) => socket.end(`${HEAD}content-length: 0\r\n\r\n`))
    const body = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(new Uint8Array(1_000))
        return turn()
      },
    })

    await Promise.allSettled([fetching()(base, { method: 'POST', body, duplex: 'half' })])

    expect(recorder.of('call')).toHaveLength(1)
    expect(recorder.of('attempt')).toHaveLength(1)
    await until(() => origin?.open === 0)
  })
})
