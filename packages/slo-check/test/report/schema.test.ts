import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { breaksOf, type JsonSchema } from './json-schema.ts'

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../report.schema.json', import.meta.url), 'utf8'),
) as JsonSchema
const GOLDEN = new URL('../golden/', import.meta.url)

const reports = readdirSync(GOLDEN).filter((name) => name.endsWith('.report.json'))

function goldenReport(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')) as Record<string, unknown>
}

test('there are reports to test', () => {
  expect(reports.length).toBeGreaterThanOrEqual(4)
})

test.each(reports)('%s has exactly the fields of the published schema', (name) => {
  expect(breaksOf(goldenReport(name), SCHEMA)).toEqual([])
})

test('the test itself sees a missing field, a field too many and a wrong type', () => {
  const { verdict: _gone, ...rest } = goldenReport('doubts.report.json')

  const breaks = breaksOf({ ...rest, extra: 1, notes: [1] }, SCHEMA)

  expect(breaks).toEqual(
    expect.arrayContaining([
      '$.verdict: missing',
      '$.extra: not in the schema',
      '$.notes[0]: is integer, not string',
    ]),
  )
})
