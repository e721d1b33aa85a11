import { SPAN_DEFINITIONS, type AttributeDefinition } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import type { FieldSink } from '../../src/fields.ts'
import { ATTEMPT, CALL, FALLBACK, type SpanDescription } from '../../src/spans/span-fields.ts'
import { ATTEMPT as ATTEMPT_RECORD, FULL_CALL, SUBJECT } from '../support/records.ts'

/** Everything that a span may say, in its order; a field that is absent counts as well. */
function fieldsOf<Start, Record>(
  description: SpanDescription<Start, Record>,
  start: Start,
  record: Record,
): AttributeDefinition[] {
  const fields: AttributeDefinition[] = []
  const sink: FieldSink = { put: (attribute) => void fields.push(attribute) }
  description.putStart(start, sink)
  description.putEnd(record, sink)
  return fields
}

test('a call, an attempt and a work item say on their spans what the table says, and nothing else', () => {
  const { address, port } = SUBJECT
  const unserved = { kind: 'fallback', tried: 0, durationS: 1 } as const
  const start = { method: 'GET', address, port, urlFull: '', resendCount: 0 }

  const { call, attempt, fallback } = SPAN_DEFINITIONS
  expect(fieldsOf(CALL, start, FULL_CALL)).toEqual(call.attributes)
  expect(fieldsOf(ATTEMPT, start, ATTEMPT_RECORD)).toEqual(attempt.attributes)
  expect(fieldsOf(FALLBACK, {}, unserved)).toEqual(fallback.attributes)
})
