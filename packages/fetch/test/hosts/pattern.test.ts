import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePattern, policyFinder } from '../../src/hosts/pattern.ts'

test('the most exact pattern holds', () => {
  const find = policyFinder(
    { role: 'default' },
    {
      '*': { role: 'any' },
      '*:9000': { role: 'any at 9000' },
      '*.example.org': { role: 'suffix' },
      '*.api.example.org': { role: 'longer suffix' },
      'api.example.org': { role: 'name' },
      'api.example.org:8443': { role: 'name and port' },
      '127.0.0.1:*': { role: 'loopback' },
      '[::1]:80': { role: 'loopback 6' },
    },
  )
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
  const find = policyFinder(
    { timeoutMs: 5, retry: { maxRetries: 7, baseDelayMs: 3 }, breaker: { openMs: 4 } },
    { 'a.test': { retry: { maxRetries: 1 }, breaker: false, limiter: { ratePerSecond: 2 } } },
  )

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
      const find = policyFinder({}, { [`${name}:${port}`]: { role: 'it' } })
      expect(find(name, port).role).toBe('it')
      expect(find(name, port === 1 ? 2 : port - 1).role).toBe(undefined)
    }),
  )
})
