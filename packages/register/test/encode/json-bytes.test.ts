import type { AttributeDefinition } from '@plimsoll/semconv'
import type { FieldValue } from '@plimsoll/telemetry'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { text } from '../../../telemetry/test/support/arbitrary-records.ts'
import { JsonBytes } from '../../src/encode/json-bytes.ts'

const written = (bytes: JsonBytes) => Buffer.from(bytes.take()).toString()

test('a text stands as JSON.stringify writes it, whatever is in it', () => {
  fc.assert(
    fc.property(text, fc.string({ unit: 'grapheme' }), (...texts) => {
      const bytes = new JsonBytes()
      for (const text of texts) bytes.text(text)

      expect(written(bytes)).toBe(texts.map((text) => JSON.stringify(text)).join(''))
    }),
  )
})

test('a text of any length is written whole, and what follows it', () => {
  const bytes = new JsonBytes()
  const texts = ['x'.repeat(9_000_000), '€'.repeat(3_000_000), 'x'.repeat(70_000), '"', 'end']

  for (const text of texts) bytes.text(text)

  expect(written(bytes) === texts.map((text) => JSON.stringify(text)).join('')).toBe(true)
  bytes.text('again')
  expect(written(bytes)).toBe('"again"')
})

test('what was written stays as it is while the room for it grows, piece by piece', () => {
  const length = fc.nat({ max: 5_000 })
  const piece = fc.record({ letter: fc.constantFrom('x', '0', ' '), length }).map(textOf)
  const writer = fc.constantFrom('raw', 'ascii', 'json', 'text')
  fc.assert(
    fc.property(fc.array(fc.tuple(writer, piece), { maxLength: 20 }), (pieces) => {
      const bytes = new JsonBytes()
      for (const [how, piece] of pieces) {
        if (how === 'raw') bytes.raw(Buffer.from(piece))
        else bytes[how](piece)
      }

      const expected = pieces
        .map(([how, piece]) => (how === 'text' ? `"${piece}"` : piece))
        .join('')
      expect(bytes.length).toBe(expected.length)
      expect(written(bytes) === expected).toBe(true)
    }),
  )
})

test('an attribute of any key and value is one of an OTLP list', () => {
  const value: fc.Arbitrary<FieldValue> = fc.oneof(
    text,
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(undefined),
  )
  const entries = fc.array(fc.tuple(text, value), { maxLength: 5 })
  fc.assert(
    fc.property(entries, (entries) => {
      const bytes = new JsonBytes()
      bytes.ascii('[')
      bytes.openList()
      for (const [key, value] of entries) bytes.put(attributeOf(key), value)
      bytes.ascii(']')

      const expected = entries.flatMap(([key, value]) =>
        value === undefined ? [] : [{ key, value: anyValue(value) }],
      )
      expect(JSON.parse(written(bytes))).toEqual(JSON.parse(JSON.stringify(expected)))
    }),
  )
})

test('what is cut off is forgotten', () => {
  const bytes = new JsonBytes()
  bytes.ascii('[1')
  const kept = bytes.length
  bytes.json(',"€"')
  bytes.cutTo(kept)
  bytes.ascii(']')

  expect(written(bytes)).toBe('[1]')
})

function textOf({ letter, length }: { letter: string; length: number }): string {
  return letter.repeat(length)
}

function attributeOf(key: string): AttributeDefinition {
  return { key, type: 'string', brief: '', onMetrics: false, origin: 'plimsoll' }
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 63
  return whole ? { intValue: value } : { doubleValue: value }
}
