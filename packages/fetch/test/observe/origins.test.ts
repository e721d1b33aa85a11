import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { observedOrigins } from '../../src/observe/origins.ts'
import { targetOf } from '../../src/target.ts'

const origin = 'http://api.example.org:8080'
const subject = { address: 'api.example.org', port: 8080 }

/** Origins that know one already, and a target that they were asked for. */
function asked(text: string) {
  const origins = observedOrigins()
  origins.of(targetOf(`${origin}/`, undefined))
  const target = targetOf(text, undefined)
  return { target, subject: origins.of(target) }
}

describe('a URL of an origin known already', () => {
  test.each(['/', '/works/10.1000%2F1', '/a//b', '/a?q=1&r=/x?y', '/~a(b)$!*+,;=:@-._/c?d=%27'])(
    'is not read: %s',
    (path) => {
      const { target, subject: found } = asked(origin + path)
      expect(found).toEqual(subject)
      expect(target).toMatchObject({ origin, asked: origin + path })
    },
  )

  test.each([
    '',
    '/a/../b',
    '/.',
    '/%2e%2E/b',
    '/a?',
    '/a#b',
    '/a b',
    "/a?'",
    '/\\b',
    '/ä',
    '/a\tb',
  ])('is read, since its text is not what is sent: %s', (path) => {
    const { target, subject: found } = asked(origin + path)
    expect(found).toEqual(subject)
    expect(target.origin).toBeUndefined()
    expect(target.asked).toBeInstanceOf(URL)
  })

  test.each([
    ['HTTP://api.example.org:8080/', subject],
    ['http://user@api.example.org:8080/', subject],
    ['http://api.example.org/', { address: 'api.example.org', port: 80 }],
    ['http://api.example.org:8080@other.example/', { address: 'other.example', port: 80 }],
    ['http://[::1]:8080/', { address: '::1', port: 8080 }],
    ['no url', {}],
    ['data:,x', undefined],
  ])('is no other: %s', (text, expected) => {
    expect(asked(text).subject).toEqual(expected)
  })

  test('is sent as it is written wherever it is not read', () => {
    const letters = '/.%2eE?#&=a:@\\\'" +~|^{}<>`\t\n\u00E4;,'.split('')
    const path = fc.string({ unit: fc.constantFrom(...letters), maxLength: 24 })
    fc.assert(
      fc.property(path, (rest) => {
        const text = `${origin}/${rest}`
        const { target, subject: found } = asked(text)
        const url = URL.parse(text)
        fc.pre(url !== null)
        expect(found).toEqual(subject)
        if (target.origin === undefined) return
        expect(target.origin).toBe(url.origin)
        expect(text.slice(origin.length)).toBe(url.pathname + url.search)
      }),
      { numRuns: 3_000 },
    )
  })
})
