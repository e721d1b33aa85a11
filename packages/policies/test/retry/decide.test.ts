import { describe, expect, test } from 'vitest'
import { decideRetry, PlimsollError } from '@plimsoll/policies'

const coded = (code: string) => Object.assign(new Error('x'), { code })
const status = (code: number) => Object.assign(new Error('x'), { status: code })

describe('by default a retry is decided for', () => {
  test.each([
    ['a refused connection', coded('ECONNREFUSED'), 'connect'],
    ['a connection that took too long', coded('UND_ERR_CONNECT_TIMEOUT'), 'connect'],
    ['a reset connection', coded('ECONNRESET'), 'reset'],
    ['a name that does not resolve', coded('EAI_AGAIN'), 'dns'],
    ['headers that took too long', coded('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
    ['what fetch throws', new TypeError('fetch failed', { cause: coded('EPIPE') }), 'reset'],
    ['our timeout', new PlimsollError('ERR_PLIMSOLL_TIMEOUT', 'x'), 'timeout'],
    ["the platform's timeout", new DOMException('x', 'TimeoutError'), 'timeout'],
    ['a corrupt body', new PlimsollError('ERR_PLIMSOLL_CORRUPT_BODY', 'x'), 'other'],
    ['status 429', status(429), '429'],
    ['status 503', status(503), '5xx'],
    ['status 408', status(408), 'timeout'],
    ['an error that says nothing', new Error('x'), 'other'],
    ['what is no error at all', 'x', 'other'],
  ])('%s', (_, error, reason) => {
    expect(decideRetry({ error })).toMatchObject({ reason })
  })
})

describe('by default no retry is decided for', () => {
  test.each([
    ['status 404', status(404)],
    ['status 501', status(501)],
    ['an abort', new DOMException('x', 'AbortError')],
    ['a mistake', new RangeError('x')],
    ['an open circuit', new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', 'x')],
    ['a deadline', new PlimsollError('ERR_PLIMSOLL_DEADLINE', 'x')],
    [
      'a deadline as a cause',
      new Error('x', { cause: new PlimsollError('ERR_PLIMSOLL_DEADLINE', 'x') }),
    ],
  ])('%s', (_, error) => {
    expect(decideRetry({ error })).toBeUndefined()
  })

  test('a value', () => {
    expect(decideRetry({ value: { status: 503 } })).toBeUndefined()
  })
})

test('the decision carries the Retry-After of the error, unless it is none', () => {
  const asking = (retryAfterMs: unknown) => ({
    error: Object.assign(status(503), { retryAfterMs }),
  })

  expect(decideRetry(asking(1_500))).toEqual({ reason: '5xx', retryAfterMs: 1_500 })
  expect(decideRetry(asking(-1))).toEqual({ reason: '5xx', retryAfterMs: undefined })
  expect(decideRetry(asking('soon'))).toEqual({ reason: '5xx', retryAfterMs: undefined })
})
