import { parseSpecs } from '@plimsoll/slo-check'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sloText } from '../spec-text.ts'

/** Where in the file each character of the query stands, as text of the file. */
function placesOf(query: string): { text: string; at: (needle: string) => string } {
  const file = sloText({
    objective: '{ op: lt, value: 1, target: 0.5 }',
    indicator: `\n      thresholdMetric:\n        metricSource:\n          spec:\n            query: ${query}`,
  })
  const [objective] = parseSpecs([{ name: 'slo.yaml', text: file }]).objectives
  if (objective?.kind !== 'threshold') throw new Error('no threshold')
  const { text, locate } = objective.query
  const lines = file.split('\n')
  return {
    text,
    at: (needle) => {
      const { line, column } = locate(text.indexOf(needle))
      return lines[line - 1]?.slice(column - 1) ?? ''
    },
  }
}

test.each([
  ['plain', 'sum(wrong)'],
  ['plain over two lines', 'sum(\n              wrong)'],
  ['quoted once', `'sum({a="it''s"}, wrong)'`],
  ['quoted twice, with escapes', String.raw`"sum({a=\"\u00e9\x41\"},\twrong)"`],
  ['quoted over two lines', `"sum(\n\n              wrong)"`],
  ['literal', '|\n              sum(\n                wrong\n              )'],
  ['literal with a blank line', '|-\n              sum(\n\n                wrong)'],
  ['folded', '>\n              sum(\n              wrong\n              )'],
  ['folded with a paragraph', '>-\n              sum(\n\n              (wrong))'],
  ['after an anchor', '&here sum(wrong)'],
])('a place inside a query is found in YAML that is %s', (_style, query) => {
  const { text, at } = placesOf(query)

  expect(text).toContain('wrong')
  expect(at('wrong')).toMatch(/^wrong/u)
})

test('any word of any query is found, however it is quoted', () => {
  const word = fc.stringMatching(/^[a-z]{3,8}$/u)
  const gap = fc.constantFrom(' ', '  ', ' + ', '("', '")', "'", '\\n', '{a="b"} ')
  fc.assert(
    fc.property(fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 8 }), (parts) => {
      const value = `${parts.map(([name, space]) => name + space).join('')}needle`
      for (const query of [
        JSON.stringify(value),
        `'${value.replaceAll("'", "''")}'`,
        `|\n              ${value}`,
      ])
        expect(placesOf(query).at('needle')).toMatch(/^needle/u)
    }),
    { numRuns: 200 },
  )
})
