import { expect, test } from 'vitest'
import { needsPeers, ROWS } from '../calls/rows.ts'
import { readOptions, SECTIONS } from '../options.ts'

test('without options everything is measured, five turns', () => {
  expect(readOptions([])).toEqual({
    quick: false,
    own: false,
    turns: 5,
    rows: ROWS,
    sections: SECTIONS,
    json: undefined,
  })
})

test('alone, what is ours needs nothing installed', () => {
  const { rows } = readOptions(['--own'])

  expect(rows.length).toBeGreaterThan(8)
  expect(rows.filter(needsPeers)).toEqual([])
})

test('rows and sections can be chosen', () => {
  const { rows, sections } = readOptions(['--rows', 'policies,observed', '--sections', 'calls'])

  expect(rows.map(({ id }) => id)).toEqual(['observed', 'policies'])
  expect(sections).toEqual(['calls'])
})

test.each([
  [['--turns', '0'], '--turns must be a whole number from 1 to 100, got 0'],
  [['--turns', 'many'], '--turns must be a whole number from 1 to 100, got many'],
  [['--rows', 'policy'], '--rows: there is no policy, there is'],
  [['--own', '--rows', 'opossum'], '--rows: there is no opossum, there is'],
  [['--sections', 'all'], '--sections: there is no all, there is calls, parts, start, profile'],
  [['--fast'], '--fast'],
])('%j is refused: %s', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})
