import { expect, test } from 'vitest'
import { PlimsollError, reasonOf } from '@plimsoll/policies'

const coded = (code: string) => Object.assign(new Error('x'), { code })
const status = (code: number) => Object.assign(new Error('x'), { status: code })

test.each([
  ['an open breaker', new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', 'x'), 'breaker_open'],
  ['a limiter that refuses', new PlimsollError('ERR_PLIMSOLL_RATE_LIMITED', 'x'), 'rate_limited'],
  ['our timeout', new PlimsollError('ERR_PLIMSOLL_TIMEOUT', 'x'), 'timeout'],
  ['a deadline', new PlimsollError('ERR_PLIMSOLL_DEADLINE', 'x'), 'deadline'],
  [
    'a corrupt body as a cause',
    new TypeError('terminated', { cause: new PlimsollError('ERR_PLIMSOLL_CORRUPT_BODY', 'x') }),
    'invalid_content',
  ],
  ['status 404', status(404), 'not_found'],
  ['status 410', status(410), 'not_found'],
  ['status 403', status(403), 'http_4xx'],
  ['status 429', status(429), 'rate_limited'],
  ['status 502', status(502), 'http_5xx'],
  ['a name that does not resolve', coded('ENOTFOUND'), 'dns'],
  [
    'a refused connection',
    new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }),
    'network',
  ],
  ['headers that do not come', coded('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
  [
    'a network error without a known code',
    new TypeError('fetch failed', { cause: new Error('?') }),
    'network',
  ],
  ["the platform's timeout", new DOMException('x', 'TimeoutError'), 'timeout'],
  ['an abort of its own', new DOMException('x', 'AbortError'), 'canceled'],
  ['what it thinks of the content', new Error('no title'), 'invalid_content'],
  ['what is no error', undefined, 'invalid_content'],
])('%s', (_, error, reason) => {
  expect(reasonOf(error)).toBe(reason)
})

test('an error whose getters throw has a reason too', () => {
  const hostile = {
    get status(): number {
      throw new Error('hostile')
    },
  }

  expect(reasonOf(hostile)).toBe('invalid_content')
})
