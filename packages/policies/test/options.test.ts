import { expect, test } from 'vitest'
import {
  duration,
  fields,
  formatPath,
  listOf,
  nearest,
  numberIn,
  OptionError,
  text,
} from '@plimsoll/policies'

test('a path reads as one would write it', () => {
  expect(formatPath(['hosts', 'api.example.org', 'breaker', 'openMs'])).toBe(
    'hosts["api.example.org"].breaker.openMs',
  )
  expect(formatPath(['tiers', 0, 'name'])).toBe('tiers[0].name')
  expect(formatPath([])).toBe('options')
})

test('an error carries the path and the value, for whoever knows file and line', () => {
  const check = fields({ rates: listOf(numberIn({ above: 0 })) })

  const error = thrownBy(() => check({ rates: [1, -2] }, ['limiter']))

  expect(error).toBeInstanceOf(OptionError)
  expect(error).toMatchObject({
    name: 'OptionError',
    code: 'ERR_PLIMSOLL_OPTION_INVALID',
    path: ['limiter', 'rates', 1],
    value: -2,
    message: 'limiter.rates[1]: expected a number above 0, got -2',
  })
})

function thrownBy(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test('a value is shown shortly, whatever it is', () => {
  const message = (value: unknown): string => {
    const error = thrownBy(() => numberIn({})(value, ['x']))
    return (error as Error).message.replace('x: expected a number, got ', '')
  }

  expect(message('a'.repeat(100))).toBe(`"${'a'.repeat(60)}…"`)
  expect(message([1, 2])).toBe('a list of 2')
  expect(message({ secret: 1 })).toBe('an object')
  expect(message(() => 1)).toBe('a function')
  expect(message(10n)).toBe('10n')
  expect(message(Symbol('s'))).toBe('Symbol(s)')
  expect(message(null)).toBe('null')
})

test('an unknown option names the one that was meant, or all there are', () => {
  const check = fields({ maxRetries: numberIn({}), baseDelayMs: numberIn({}) })

  expect(() => check({ maxRetrys: 1 }, ['retry'])).toThrow('did you mean maxRetries?')
  expect(() => check({ retries: 1 }, ['retry'])).toThrow('did you mean maxRetries?')
  expect(() => check({ colour: 1 }, ['retry'])).toThrow('known are maxRetries, baseDelayMs')
  expect(() => check({ __proto__x: 1 }, [])).toThrow('__proto__x')
  expect(() => check({ toString: 1 }, [])).toThrow('toString: there is no such option')
  expect(nearest('ms', ['a', 'b'])).toBeUndefined()
})

test('an instance of a class may have more than is known', () => {
  class Source {
    readonly name = 'a'
    readonly secret = 1
  }

  expect(() => fields({ name: text })(new Source(), [])).not.toThrow()
})

test('only a value that is at fault is shown', () => {
  const check = fields({ openMs: duration }, ['openMs'])
  const messages = [{ openMs: -1 }, { opnMs: 1 }, {}].map((options) =>
    String(thrownBy(() => check(options, []))),
  )

  expect(messages).toEqual([
    'OptionError: openMs: expected a number of milliseconds from 0, got -1',
    'OptionError: opnMs: there is no such option; did you mean openMs?',
    'OptionError: openMs: this option is required',
  ])
})
