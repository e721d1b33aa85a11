import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { declaredDigests, digestCheck, parseDigests } from '../src/integrity.ts'

const digest = (algorithm: string, text: string): string =>
  createHash(algorithm).update(text).digest('base64')

const SHA_256 = `sha-256=:${digest('sha256', 'hello')}:`
const SHA_512 = `sha-512=:${digest('sha512', 'hello')}:`

function check(field: string, ...chunks: readonly string[]): boolean | undefined {
  const checker = digestCheck(parseDigests(field))
  for (const chunk of chunks) checker?.update(Buffer.from(chunk))
  return checker?.matches()
}

test('the declared digest is that of the bytes, in whatever pieces they come', () => {
  expect(check(SHA_256, 'hello')).toBe(true)
  expect(check(SHA_256, 'he', 'l', 'lo')).toBe(true)
  expect(check(SHA_512, 'hello')).toBe(true)
  expect(check(SHA_256, 'hellO')).toBe(false)
  expect(check(SHA_256)).toBe(false)
})

test('all that are declared must match', () => {
  expect(check(`${SHA_256}, ${SHA_512}`, 'hello')).toBe(true)
  expect(check(`${SHA_256}, sha-512=:${digest('sha512', 'other')}:`, 'hello')).toBe(false)
  expect(check('sha-256=:AAAA:', 'hello')).toBe(false)
})

test('unknown and deprecated algorithms, and what is not well formed, declare nothing', () => {
  for (const field of [
    'md5=:AAAA:',
    'sha=:AAAA:',
    'unixsum=:AAAA:',
    'sha-256=AAAA',
    'sha-256',
    '',
    ',',
    'sha-256=:*:',
  ]) {
    expect([field, check(field, 'hello')]).toEqual([field, undefined])
  }
  expect(check(`md5=:AAAA:, ${SHA_256};q=1`, 'hello')).toBe(true)
})

test('the digest of a representation says nothing of a part of it', () => {
  expect(declaredDigests(200, SHA_256, SHA_512)).toHaveLength(2)
  expect(declaredDigests(206, SHA_256, SHA_512)).toHaveLength(1)
  expect(declaredDigests(206, undefined, SHA_512)).toHaveLength(0)
})
