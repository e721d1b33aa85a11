import { expect, test } from 'vitest'
import { percentText, valueText, wrapped } from '../../src/report/format.ts'

test('a share reads as percent, and never like the target that it misses', () => {
  expect(percentText(0.9633333333)).toBe('96.33 %')
  expect(percentText(0.849999, 0.85)).toBe('84.9999 %')
  expect(percentText(0.85, 0.85)).toBe('85 %')
  expect(percentText(0.999)).toBe('99.9 %')
})

test('a value has its unit, unless that is just a word for what is counted', () => {
  expect(valueText(0.2125, 's')).toBe('0.2125 s')
  expect(valueText(12, '{change}')).toBe('12')
  expect(valueText(12, null)).toBe('12')
  expect(valueText(1_234_567, null)).toBe('1234567')
  expect(valueText(0.5, '1')).toBe('50 %')
})

test('text is broken between words', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('unbreakable', 3)).toEqual(['unbreakable'])
})
