import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePattern, policyFinder } from '../../src/hosts/pattern.ts'

test('the most exact pattern holds', () => {
  const find = policyFinder({
    defaults: { role: 'default' },
    hosts: {
      '*': { role: 'any' },
      '*:9000': { role: 'any at 9000' },
      '*.example.org': { role: 'suffix' },
      '*.api.example.org': { role: 'longer suffix' },
      'api.example.org': { role: 'name' },
      'api.example.org:8443': { role: 'name and port' },
      '127.0.0.1:*': { role: 'loopback' },
      '[::1]:80': { role: 'loopback 6' },
    },
  })
  const role = (address: string, port: number): string | undefined => find(address, port).role

  expect(role('api.example.org', 8443)).toBe('name and port')
  expect(role('API.example.org', 443)).toBe('name')
  expect(role('v2.api.example.org', 443)).toBe('longer suffix')
  expect(role('www.example.org', 443)).toBe('suffix')
  expect(role('example.org', 443)).toBe('any')
  expect(role('notexample.org', 9000)).toBe('any at 9000')
  expect(role('127.0.0.1', 1)).toBe('loopback')
  expect(role('::1', 80)).toBe('loopback 6')
  expect(role('::1', 81)).toBe('any')
})

test('a host says what it wants to say, the rest comes from the defaults', () => {
  const find = policyFinder({
    defaults: { timeoutMs: 5, retry: { maxRetries: 7, baseDelayMs: 3 }, breaker: { openMs: 4 } },
    hosts: {
      'a.test': { retry: { maxRetries: 1 }, breaker: false, limiter: { ratePerSecond: 2 } },
    },
  })

  expect(find('a.test', 80)).toEqual({
    timeoutMs: 5,
    retry: { maxRetries: 1, baseDelayMs: 3 },
    breaker: false,
    limiter: { ratePerSecond: 2 },
  })
  expect(find('b.test', 80)).toEqual({
    timeoutMs: 5,
    retry: { maxRetries: 7, baseDelayMs: 3 },
    breaker: { openMs: 4 },
  })
})

test('what is no host is no pattern', () => {
  for (const text of [
    '',
    'http://a.test',
    'a.test/',
    'a b',
    'a.*.test',
    '*.',
    '**',
    'a.test:99999',
    'a.test:x',
    '.test',
  ]) {
    expect([text, parsePattern(text)]).toEqual([text, undefined])
  }
})

test('every host that a URL can name is a pattern that fits it and no other port', () => {
  fc.assert(
    fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      const find = policyFinder({ hosts: { [`${name}:${port}`]: { role: 'it' } } })
      expect(find(name, port).role).toBe('it')
      expect(find(name, port === 1 ? 2 : port - 1).role).toBe(undefined)
    }),
  )
})

test('a host says more than its profile, and that more than the defaults', () => {
  const find = policyFinder({
    defaults: { profile: 'gentle', timeoutMs: 1, deadlineMs: 9 },
    profiles: {
      gentle: { timeoutMs: 2, limiter: { ratePerSecond: 1 }, retry: { maxRetries: 1 } },
      hasty: { retry: { baseDelayMs: 3 }, limiter: false },
    },
    hosts: {
      'a.test': { profile: 'hasty', timeoutMs: 4 },
      'b.test': { retry: { baseDelayMs: 5 }, required: true },
    },
  })

  expect(find('c.test', 80)).toEqual({
    timeoutMs: 1,
    deadlineMs: 9,
    limiter: { ratePerSecond: 1 },
    retry: { maxRetries: 1 },
  })
  expect(find('a.test', 80)).toEqual({
    timeoutMs: 4,
    deadlineMs: 9,
    limiter: false,
    retry: { maxRetries: 1, baseDelayMs: 3 },
  })
  expect(find('b.test', 80)).toMatchObject({
    required: true,
    retry: { maxRetries: 1, baseDelayMs: 5 },
  })
})

test('no name of a host or a profile reaches the prototype of anything', () => {
  const pollute = JSON.parse(
    '{"defaults": {"profile": "constructor"}, "hosts": {"__proto__": {"role": "x"}, "a.test": {"profile": "__proto__"}}}',
  ) as Parameters<typeof policyFinder>[0]
  const find = policyFinder(pollute)

  expect(find('a.test', 80)).toEqual({})
  expect(({} as { role?: unknown }).role).toBe(undefined)
})
