import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashUrl, installUrlHashKey, redactUrl } from '../src/index.ts'
import { hostOf, processUrlHashKey, urlAt } from '../src/url.ts'

const KEY = new Uint8Array(32).fill(7)

test('a redacted URL keeps scheme, host and the names of parameters', () => {
  const url = 'https://user:pass@api.example.org:8443/v1/secret?token=abc&sig=x%20y&flag#part'

  expect(redactUrl(url)).toBe(
    'https://api.example.org:8443/REDACTED?token=REDACTED&sig=REDACTED&REDACTED',
  )
  expect(redactUrl('https://api.example.org/')).toBe('https://api.example.org/')
})

test('what is allowed is shown', () => {
  const url = 'https://api.example.org/v1/works?page=2&token=abc&per%20page=3'

  expect(redactUrl(url, { allowPath: true, allowQuery: ['page', 'per page'] })).toBe(
    'https://api.example.org/v1/works?page=2&token=REDACTED&per%20page=3',
  )
})

test('what is no http URL shows nothing but its scheme', () => {
  expect(redactUrl('data:text/plain,secret')).toBe('data:REDACTED')
  expect(redactUrl('no url, secret')).toBe('REDACTED')
})

test('no secret comes through redaction, wherever it stands', () => {
  const secret = 'c4n4ry'
  const place = fc.constantFrom(
    `http://${secret}@h.test/`,
    `http://u:${secret}@h.test/`,
    `http://h.test/${secret}`,
    `http://h.test/a/${secret}/b?x=1`,
    `http://h.test/?a=${secret}`,
    `http://h.test/?${secret}`,
    `http://h.test/?a=1&${secret}=`,
    `http://h.test/?${secret}==&a=1`,
    `http://h.test/?a=1&b=${secret}&c`,
    `http://h.test/#${secret}`,
  )
  fc.assert(
    fc.property(place, (url) => {
      expect(redactUrl(url)).not.toContain(secret)
    }),
  )
})

test.each([
  ['http://h.test', '/a?b', 'http://h.test/a?b'],
  ['http://h.test/', '/a', 'http://h.test/a'],
  ['http://h.test', '//other.test/a', 'http://h.test//other.test/a'],
  [new URL('http://h.test:81'), '//', 'http://h.test:81//'],
  ['http://[::1]:81', '*', 'http://[::1]:81/*'],
  ['http://proxy.test', 'http://h.test/a', 'http://h.test/a'],
  ['no origin', '/a', undefined],
])('a request to %s for %s goes to %s', (origin, path, url) => {
  expect(urlAt(origin, path)?.href).toBe(url)
})

test('equal URLs have one hash, under one key', () => {
  const hash = hashUrl('https://API.example.org:443/a/../b?q=1', KEY)

  expect(hash).toMatch(/^[0-9a-f]{32}$/u)
  expect(hashUrl('https://user:pass@api.example.org/b?q=1#part', KEY)).toBe(hash)
  expect(hashUrl('https://api.example.org/b?q=2', KEY)).not.toBe(hash)
  expect(hashUrl('https://api.example.org/b?q=1', new Uint8Array(32).fill(8))).not.toBe(hash)
})

test('a process has one key: a random one until one is installed', () => {
  const first = processUrlHashKey()
  expect(first.byteLength).toBe(32)
  expect(processUrlHashKey()).toBe(first)

  installUrlHashKey(KEY)

  expect(hashUrl('https://a.test/')).toBe(hashUrl('https://a.test/', KEY))
  expect(() => installUrlHashKey(new Uint8Array(8))).toThrow(RangeError)
})

test('hosts are named as OpenTelemetry names them', () => {
  expect(hostOf(new URL('https://a.test/'))).toEqual({ address: 'a.test', port: 443 })
  expect(hostOf(new URL('http://a.test/'))).toEqual({ address: 'a.test', port: 80 })
  expect(hostOf(new URL('http://[::1]:8080/'))).toEqual({ address: '::1', port: 8080 })
})
