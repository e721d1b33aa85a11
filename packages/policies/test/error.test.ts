import { ERROR_TYPES } from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { errorTypeOf, isPlimsollError, OptionError, PlimsollError } from '@plimsoll/policies'

const coded = (code: string) => Object.assign(new Error('secret'), { code })

describe('PlimsollError', () => {
  test('has a code, a type, a cause and, where known, a time to come again', () => {
    const cause = new Error('cause')
    const error = new PlimsollError('ERR_PLIMSOLL_CIRCUIT_OPEN', 'open', { retryAfterMs: 5, cause })

    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'PlimsollError',
      code: 'ERR_PLIMSOLL_CIRCUIT_OPEN',
      errorType: ERROR_TYPES.circuitOpen,
      retryAfterMs: 5,
      message: 'open',
      cause,
    })
    expect('cause' in new PlimsollError('ERR_PLIMSOLL_TIMEOUT', 'late')).toBe(false)
  })

  test('is known across copies of the package, by its code if one is asked for', () => {
    const error = new PlimsollError('ERR_PLIMSOLL_TIMEOUT', 'late')
    const foreign = { [Symbol.for('plimsoll.error')]: true, code: 'ERR_PLIMSOLL_TIMEOUT' }

    expect(isPlimsollError(error)).toBe(true)
    expect(isPlimsollError(foreign, 'ERR_PLIMSOLL_TIMEOUT')).toBe(true)
    expect(isPlimsollError(error, 'ERR_PLIMSOLL_DEADLINE')).toBe(false)
    for (const other of [new Error('x'), null, undefined, 'x', {}]) {
      expect(isPlimsollError(other)).toBe(false)
    }
  })
})

describe('the type of an error', () => {
  test.each([
    ['ours', new PlimsollError('ERR_PLIMSOLL_RATE_LIMITED', 'x'), ERROR_TYPES.rateLimited],
    [
      'ours as a cause',
      new Error('x', { cause: new PlimsollError('ERR_PLIMSOLL_CORRUPT_BODY', 'x') }),
      ERROR_TYPES.corruptBody,
    ],
    ['an option', new OptionError(['a'], 1, 'x'), ERROR_TYPES.invalidRequest],
    ['an abort', new DOMException('x', 'AbortError'), ERROR_TYPES.aborted],
    ['a timeout', new DOMException('x', 'TimeoutError'), ERROR_TYPES.timeout],
    ['a network code', coded('ECONNRESET'), 'ECONNRESET'],
    [
      'a network code as a cause',
      new TypeError('fetch failed', { cause: coded('UND_ERR_SOCKET') }),
      'UND_ERR_SOCKET',
    ],
    ['a code of the program', coded('MY_SECRET_CODE'), ERROR_TYPES.other],
    ['an error', new Error('secret'), ERROR_TYPES.other],
    ['a string', 'secret', ERROR_TYPES.other],
    ['nothing', undefined, ERROR_TYPES.other],
  ])('%s', (_, error, type) => {
    expect(errorTypeOf(error)).toBe(type)
  })

  test('is found in a ring of causes and in errors that throw when looked at', () => {
    const ring: { cause?: unknown } = {}
    ring.cause = ring
    const hostile = new Proxy(
      {},
      {
        has: () => {
          throw new Error('hostile')
        },
      },
    )

    expect(errorTypeOf(ring)).toBe(ERROR_TYPES.other)
    expect(errorTypeOf(hostile)).toBe(ERROR_TYPES.other)
  })
})
