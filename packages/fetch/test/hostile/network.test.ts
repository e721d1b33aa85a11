import { isPlimsollError } from '@plimsoll/policies'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, type HostPolicies } from '../../src/index.ts'
import { loadUndici } from '../../src/undici.ts'
import { ok, rejectionOf, startOrigin, type Origin } from '../origin.ts'

const { Agent } = loadUndici()
type Lookup = (hostname: string, options: object, callback: (...answer: unknown[]) => void) => void

let origin: Origin
let recorder: MemoryRecorder
beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
  recorder = memoryRecorder()
})
afterEach(() => origin.close())

function failing(code: string): Error {
  return Object.assign(new Error(`made up: ${code}`), { code })
}

/** fetch whose names are looked up by `lookup`. */
function resolving(lookup: Lookup, defaults: HostPolicies = {}): typeof fetch {
  const dispatcher = new Agent({ connect: { lookup: lookup as never } })
  return createFetch({ recorder, dispatcher, defaults: { retry: { baseDelayMs: 0 }, ...defaults } })
}

describe('a name that is not found', () => {
  test.each(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'])(
    'as %s is tried again, and told by its code',
    async (code) => {
      let lookups = 0
      const fetch = resolving((_, __, callback) => {
        lookups++
        callback(failing(code))
      })

      const error = (await rejectionOf(fetch('http://nobody.test/a'))) as TypeError

      expect((error.cause as { readonly code: string }).code).toBe(code)
      expect(lookups).toBeGreaterThan(1)
      expect(recorder.of('call')).toMatchObject([{ errorType: code, breakerRecorded: 'failure' }])
      expect(recorder.of('retry')[0]).toMatchObject({ reason: 'dns', result: 'scheduled' })
    },
  )

  test('for a moment costs a retry and no more', async () => {
    let lookups = 0
    const fetch = resolving((_, { all }: { all?: boolean }, callback) => {
      if (lookups++ === 0) callback(failing('EAI_AGAIN'))
      else if (all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(null, '127.0.0.1', 4)
    })

    expect(await (await fetch(`http://late.test:${origin.port}/a`)).text()).toBe('fine')
    expect(recorder.of('call')).toMatchObject([{ status: 200, retryCount: 1 }])
  })

  test('nor answered is given up when the time of the attempt is over', async () => {
    const fetch = resolving(() => {}, { timeoutMs: 50, retry: false })

    const error = await rejectionOf(fetch('http://silent.test/a'))

    expect(isPlimsollError(error, 'ERR_PLIMSOLL_TIMEOUT')).toBe(true)
    expect(recorder.of('attempt')).toMatchObject([{ errorType: 'timeout' }])
  })

  test('nor answered ends at once with its caller, by the own reason', async () => {
    const fetch = resolving(() => {}, { retry: false })
    const controller = new AbortController()
    const call = rejectionOf(fetch('http://silent.test/a', { signal: controller.signal }))
    const reason = new RangeError('off')

    setImmediate(() => controller.abort(reason))

    expect(await call).toBe(reason)
    expect(recorder.of('attempt')).toMatchObject([{ errorType: 'aborted' }])
  })
})

describe('a connection that cannot be made', () => {
  test.each([
    ['EMFILE', 'other'],
    ['ENFILE', 'other'],
    ['EACCES', 'other'],
    ['ENETUNREACH', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['EADDRNOTAVAIL', 'connect'],
    ['ETIMEDOUT', 'timeout'],
  ])('for %s fails the call with it, and is recorded once an attempt', async (code, reason) => {
    const dispatcher = new Agent({ connect: (_, callback) => callback(failing(code), null) })
    const fetch = createFetch({
      recorder,
      dispatcher,
      defaults: { retry: { baseDelayMs: 0, maxRetries: 1 } },
    })

    const error = (await rejectionOf(fetch('http://far.test/a'))) as TypeError

    expect((error.cause as { readonly code: string }).code).toBe(code)
    expect(recorder.of('call')).toHaveLength(1)
    expect(recorder.of('attempt')).toHaveLength(reason === 'other' ? 1 : 2)
    expect(recorder.of('retry')[0]?.reason).toBe(reason)
  })
})
