import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRetryAfter } from '../src/index.ts'
import { parseHttpDate } from '../src/http-date.ts'

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)

test('delta-seconds are digits and nothing else', () => {
  expect(parseRetryAfter('0', NOW)).toBe(0)
  expect(parseRetryAfter('120', NOW)).toBe(120_000)
  expect(parseRetryAfter('  7 ', NOW)).toBe(7_000)
  for (const garbage of [
    '',
    '-1',
    '+1',
    '1.5',
    '1e99',
    '0x10',
    'soon',
    '1,2',
    'NaN',
    'Infinity',
    '9'.repeat(40),
  ]) {
    expect([garbage, parseRetryAfter(garbage, NOW)]).toEqual([garbage, undefined])
  }
  expect(parseRetryAfter(undefined, NOW)).toBe(undefined)
})

test('a date asks for the time until it, and for none when it is past', () => {
  expect(parseRetryAfter('Sun, 22 Nov 2026 12:00:30 GMT', NOW)).toBe(30_000)
  expect(parseRetryAfter('Sun, 22 Nov 2026 11:59:00 GMT', NOW)).toBe(0)
  expect(parseRetryAfter('Sunday, 22-Nov-26 12:00:30 GMT', NOW)).toBe(30_000)
  expect(parseRetryAfter('Sun Nov 22 12:00:30 2026', NOW)).toBe(30_000)
  expect(parseRetryAfter('Sun Nov  1 12:00:30 2026', NOW)).toBe(0)
})

test('a date is taken against the clock of the server', () => {
  const hourAhead = 'Sun, 22 Nov 2026 13:00:00 GMT'

  expect(parseRetryAfter('Sun, 22 Nov 2026 13:00:05 GMT', NOW, hourAhead)).toBe(5_000)
  expect(parseRetryAfter('Sun, 22 Nov 2026 12:00:05 GMT', NOW, 'nonsense')).toBe(5_000)
})

test('a date that is not written as HTTP writes it is none', () => {
  const garbage = [
    '2026-11-22T12:00:30Z',
    'Sun, 22 Nov 2026 12:00:30',
    'Sun, 22 Nov 2026 12:00:30 CET',
    'Sun, 31 Feb 2026 12:00:30 GMT',
    'Sun, 22 Nov 2026 24:00:30 GMT',
    'Xxx, 22 Nov 2026 12:00:30 GMT',
    'Sun, 22 Nov 9999999 12:00:30 GMT',
  ]
  for (const text of garbage) expect([text, parseRetryAfter(text, NOW)]).toEqual([text, undefined])
})

test('every second that can be written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_799 }), (second) => {
      expect(parseHttpDate(new Date(second * 1_000).toUTCString(), NOW)).toBe(second * 1_000)
    }),
  )
})

test('a year of two digits lies at most fifty years ahead', () => {
  expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', NOW)).toBe(
    Date.UTC(1994, 10, 6, 8, 49, 37),
  )
  expect(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', NOW)).toBe(
    Date.UTC(2076, 10, 6, 8, 49, 37),
  )
})

test('whatever a server sends is no wait, or one that is finite and not negative', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parseRetryAfter(text, NOW)
      expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true)
    }),
  )
})
