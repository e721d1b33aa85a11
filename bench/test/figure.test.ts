import { expect, test } from 'vitest'
import { duration, figure, rounded, whole } from '../page/figure.ts'
import { table } from '../page/table.ts'

test.each([
  [0, '0'],
  [-0.0001, '0.00'],
  [0.956, '0.96'],
  [-12.34, '−12.3'],
  [123.4, '123'],
  [999.9, '1,000'],
  [1_234.5, '1,235'],
  [-1_234_567, '−1,234,567'],
])('%f reads %s', (value, text) => {
  expect(rounded(value)).toBe(text)
})

test('whole numbers have commas between their thousands', () => {
  expect([0, 999, 1_000, 1_234_567].map(whole)).toEqual(['0', '999', '1,000', '1,234,567'])
})

test('a figure is its median with its range, or alone when there is no range', () => {
  expect(figure({ median: 1_200, low: 1_000, high: 1_500 }, { per: 1e3 })).toBe('1.20 (1.00–1.50)')
  expect(figure({ median: 7, low: 7, high: 7 })).toBe('7.00')
})

test('a duration is told in the unit of its median', () => {
  const of = (nanos: number): string => duration({ median: nanos, low: nanos, high: nanos })

  expect([12, 1_500, 25e6].map(of)).toEqual(['12.0 ns', '1.50 µs', '25.0 ms'])
})

test('a table is Markdown, and a bar in a cell stays in its cell', () => {
  expect(
    table(
      [{ name: 'a|b', value: 1 }],
      [
        { head: 'name', align: 'left', cell: ({ name }) => name },
        { head: 'value', cell: ({ value }) => String(value) },
      ],
    ),
  ).toBe('| name | value |\n| --- | ---: |\n| a\\|b | 1 |')
})
