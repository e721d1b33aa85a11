import { OptionError } from '@plimsoll/policies'
import { expect, test } from 'vitest'
import { createFetch, validateFetchOptions } from '../src/index.ts'

function problemOf(options: unknown): Pick<OptionError, 'path' | 'value'> & { message: string } {
  try {
    validateFetchOptions(options, ['fetch'])
  } catch (error) {
    if (error instanceof OptionError) {
      const { path, value, message } = error
      return { path, value, message }
    }
    throw error
  }
  throw new Error('it was accepted')
}

test('good options are accepted', () => {
  validateFetchOptions({})
  validateFetchOptions({
    defaults: { role: 'api', timeoutMs: false, deadlineMs: 1_000, retry: false, breaker: false },
    hosts: {
      'a.test': {
        limiter: { ratePerSecond: 5, burst: 2, maxDelayMs: 100 },
        breaker: { failureRate: 0.2, failureStatuses: [500, 429] },
        retry: { maxRetries: 1, methods: ['GET', 'POST'], statuses: [503], budget: { ratio: 1 } },
      },
      '*.b.test:443': { retry: { budget: false } },
    },
    cache: { roles: ['metadata'], maxEntries: 10, type: 'private' },
    integrity: false,
    redact: { allowQuery: ['page'], allowPath: true },
    maxHosts: 5,
  })
})

const BAD: readonly (readonly [options: unknown, path: readonly (string | number)[]])[] = [
  [{ host: {} }, ['fetch', 'host']],
  [{ hosts: { 'http://a.test': {} } }, ['fetch', 'hosts', 'http://a.test']],
  [{ hosts: [] }, ['fetch', 'hosts']],
  [{ hosts: { 'a.test': { timeoutMs: 0 } } }, ['fetch', 'hosts', 'a.test', 'timeoutMs']],
  [
    { hosts: { 'a.test': { limiter: {} } } },
    ['fetch', 'hosts', 'a.test', 'limiter', 'ratePerSecond'],
  ],
  [
    { hosts: { 'a.test': { limiter: { ratePerSecond: -1 } } } },
    ['fetch', 'hosts', 'a.test', 'limiter', 'ratePerSecond'],
  ],
  [{ defaults: { breaker: { failureRate: 2 } } }, ['fetch', 'defaults', 'breaker', 'failureRate']],
  [
    { defaults: { breaker: { failureStatuses: [500, 'x'] } } },
    ['fetch', 'defaults', 'breaker', 'failureStatuses', 1],
  ],
  [{ defaults: { breaker: { recorder: {} } } }, ['fetch', 'defaults', 'breaker', 'recorder']],
  [{ defaults: { breaker: true } }, ['fetch', 'defaults', 'breaker']],
  [{ defaults: { retry: { maxRetries: 1.5 } } }, ['fetch', 'defaults', 'retry', 'maxRetries']],
  [{ defaults: { retry: { methods: ['get'] } } }, ['fetch', 'defaults', 'retry', 'methods', 0]],
  [
    { defaults: { retry: { budget: { ratio: 'x' } } } },
    ['fetch', 'defaults', 'retry', 'budget', 'ratio'],
  ],
  [{ cache: { entries: 1 } }, ['fetch', 'cache', 'entries']],
  [{ cache: 'yes' }, ['fetch', 'cache']],
  [{ integrity: 1 }, ['fetch', 'integrity']],
  [{ redact: { allowQuery: 'page' } }, ['fetch', 'redact', 'allowQuery']],
  [{ maxHosts: 0 }, ['fetch', 'maxHosts']],
  [{ urlHashKey: new Uint8Array(3) }, ['fetch', 'urlHashKey']],
  [7, ['fetch']],
]

test.each(BAD)('%j is refused, with its place', (options, path) => {
  expect(problemOf(options).path).toEqual(path)
})

test('the message names the place, and the value or the name that was meant', () => {
  const wrong = (policies: object) => problemOf({ hosts: { 'a.test': policies } }).message

  expect(wrong({ timeoutMS: 5 })).toBe(
    'fetch.hosts["a.test"].timeoutMS: there is no such option; did you mean timeoutMs?',
  )
  expect(wrong({ timeoutMs: -5 })).toMatch(/^fetch\.hosts\["a\.test"\]\.timeoutMs: .*, got -5$/u)
})

test('createFetch refuses what is not valid', () => {
  expect(() => createFetch({ maxHosts: -1 })).toThrow(OptionError)
  expect(() => createFetch({ maxHosts: -1 })).toThrow(/maxHosts/u)
})
