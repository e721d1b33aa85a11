import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmacSha256 } from '../src/hmac.ts'

test('it is the HMAC that Node computes, for every key and text', () => {
  const key = fc.uint8Array({ minLength: 0, maxLength: 200 })
  const text = fc.string({ unit: 'binary', maxLength: 300 })
  fc.assert(
    fc.property(key, text, (key, text) => {
      expect(hmacSha256(key, text)).toBe(createHmac('sha256', key).update(text).digest('hex'))
      expect(hmacSha256(key, `${text}2`)).toBe(
        createHmac('sha256', key).update(`${text}2`).digest('hex'),
      )
    }),
  )
})
