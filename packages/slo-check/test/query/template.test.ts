import { expect, test } from 'vitest'
import { fillTemplate, type Fillings } from '../../src/query/template.ts'

const FILLINGS: Fillings = {
  run: { value: 'r-1' },
  window: { value: '3600s' },
  service: { why: 'there are two' },
}

test('placeholders are filled, other dollars stay', () => {
  const filled = fillTemplate('rate(x{run="$run",a=~"b$",c="$running"}[$window])', FILLINGS)

  expect(filled.text).toBe('rate(x{run="r-1",a=~"b$",c="$running"}[3600s])')
  expect(filled.faults).toEqual([])
})

test('a placeholder that cannot be filled is named with its offset', () => {
  expect(fillTemplate('x{s="$service"}', FILLINGS).faults).toEqual([
    { offset: 5, message: '`$service` cannot be filled: there are two' },
  ])
})

test('each offset of the text leads back to its offset in the template', () => {
  const template = 'a[$window] b{run="$run"} c'
  const { text, origin } = fillTemplate(template, FILLINGS)

  const found = ['a', '3600s', '00s', 'b', 'r-1', '-1', '"}', 'c'].map(
    (part) => template.slice(origin(text.indexOf(part))).split(/[\s"\]}]/u)[0],
  )

  expect(found).toEqual(['a[$window', '$window', '$window', 'b{run=', '$run', '$run', '', 'c'])
  expect(origin(text.length)).toBe(template.length)
})
