import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../src/index.ts'
import { startRawOrigin } from './hostile/raw-origin.ts'
import { ok, rejectionOf, startOrigin, type Origin } from './origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

type Generator = () => AsyncGenerator<Uint8Array>

/** An async iterable that is no generator, and has no `return`. */
const iterable = (make: Generator): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]() {
    const parts = make()
    return { next: () => parts.next() }
  },
})

const KINDS = [
  ['a ReadableStream', (make: Generator) => ReadableStream.from(make())],
  ['a Readable', (make: Generator) => Readable.from(make())],
  ['a generator', (make: Generator) => make()],
  ['an iterable', iterable],
] as const

type Body = ReturnType<(typeof KINDS)[number][1]>

function asking(how: 'fetch' | 'request'): (path: string, body: Body) => Promise<unknown> {
  const retry = { methods: ['PUT'], baseDelayMs: 0 }
  const breaker = { consecutiveFailures: 2 }
  const client = createClient({ recorder, defaults: { retry, breaker } })
  return async (url, body) => {
    if (how === 'request') return client.request(url, { method: 'PUT', body: body as Readable })
    return client.fetch(url, { method: 'PUT', body: body as ReadableStream, duplex: 'half' })
  }
}

/** What failed may be an answer of another host. */
const OWN = Object.assign(new Error('of the program'), { code: 'ECONNRESET' })

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a part')
  await turn()
  throw OWN
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from('a part')
    await turn()
  }
}

describe.each(['fetch', 'request'] as const)('the own body of a call of %s', (how) => {
  describe.each(KINDS)('that is %s', (_, make) => {
    test('and breaks is the fault of no host: the breaker stays closed after a hundred, and nothing is tried again', async () => {
      const ask = asking(how)

      for (let call = 0; call < 100; call++) {
        const error = await rejectionOf(ask(`${origin.base}/a`, make(breaking)))
        expect(how === 'fetch' ? (error as Error).cause : error).toBe(OWN)
      }

      expect(recorder.of('breaker_transition')).toEqual([])
      expect(new Set(recorder.of('breaker_execution').map(({ recorded }) => recorded))).toEqual(
        new Set(['ignored']),
      )
      for (const kind of ['attempt', 'call'] as const) {
        const types = recorder.of(kind).map(({ errorType }) => errorType)
        expect(types).toEqual(Array.from({ length: 100 }, () => 'invalid_request'))
      }
      expect(recorder.of('retry')).toEqual([])
    })

    test('and is cut off by the host is the fault of the host', async () => {
      const host = await startRawOrigin((socket) => socket.destroy())
      const ask = asking(how)

      for (let call = 0; call < 2; call++) await rejectionOf(ask(host.base, make(endless)))

      expect(recorder.of('breaker_transition')).toMatchObject([{ newState: 'open' }])
      for (const { errorType } of recorder.of('call')) {
        // Node 26's fetch does not say with which code the connection went.
        expect(errorType).toMatch(/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE|network)$/u)
      }
      await host.close()
    })

    test('and is called off by the program is called off, as the call is', async () => {
      async function* calledOff(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('a part')
        throw new DOMException('enough', 'AbortError')
      }

      await rejectionOf(asking(how)(`${origin.base}/a`, make(calledOff)))

      expect(recorder.of('call')).toMatchObject([
        { errorType: 'aborted', breakerRecorded: 'ignored' },
      ])
    })

    test('and does not break arrives whole', async () => {
      origin.on('/a', ok())
      async function* whole(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('a part, ')
        await turn()
        yield Buffer.from('and all')
      }

      await asking(how)(`${origin.base}/a`, make(whole))

      expect(origin.seen).toMatchObject([{ body: 'a part, and all' }])
    })
  })
})
