import { describe, expect, test } from 'vitest'
import { readPartialSuccess } from '../../src/otlp/partial-success.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

function json(answer: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(answer))
}

/** `partial_success { rejected: 300, error_message: "too old" }`, and unknown fields of every wire type around it. */
const PARTIAL = Uint8Array.from(
  Buffer.concat([
    Buffer.from([0x10, 5, 0x19, 1, 2, 3, 4, 5, 6, 7, 8]),
    Buffer.from([0x0a, 12, 0x08, 0xac, 0x02, 0x12, 7]),
    Buffer.from('too old'),
    Buffer.from([0x25, 1, 2, 3, 4]),
  ]),
)

describe('a request that was taken, but not whole, is told', () => {
  test('in protobuf', () => {
    expect(readPartialSuccess(PARTIAL, PROTOBUF)).toEqual({ rejected: 300, why: 'too old' })
  })

  test.each(['rejectedDataPoints', 'rejectedSpans', 'rejectedLogRecords'])(
    'in JSON as %s',
    (key) => {
      const answers = [
        { [key]: '3', errorMessage: 'late' },
        { [key]: 3, errorMessage: 'late' },
      ]

      const read = answers.map((partialSuccess) =>
        readPartialSuccess(json({ partialSuccess }), JSON_TYPE),
      )

      const told = { rejected: 3, why: 'late' }
      expect(read).toEqual([told, told])
    },
  )

  test('a warning without a loss too', () => {
    const partialSuccess = { errorMessage: 'use the other port' }

    expect(readPartialSuccess(json({ partialSuccess }), JSON_TYPE)).toEqual({
      rejected: 0,
      why: 'use the other port',
    })
  })
})

test.each([
  ['an empty body', new Uint8Array(), PROTOBUF],
  ['an empty message', new Uint8Array([0x0a, 0x00]), PROTOBUF],
  ['a message that is cut', PARTIAL.subarray(0, 18), PROTOBUF],
  ['a number that never ends', new Uint8Array(20).fill(0xff), PROTOBUF],
  ['a group, which nobody writes', new Uint8Array([0x0b]), PROTOBUF],
  ['no JSON', json('x').subarray(1), JSON_TYPE],
  ['JSON of another kind', json([1]), JSON_TYPE],
  ['a count that is none', json({ partialSuccess: { rejectedSpans: 'x' } }), JSON_TYPE],
  ['a page', new TextEncoder().encode('<html>'), 'text/html'],
])('%s says nothing', (_, body, contentType) => {
  expect(readPartialSuccess(body, contentType)).toEqual({ rejected: 0, why: '' })
})
