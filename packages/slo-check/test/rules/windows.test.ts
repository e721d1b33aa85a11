import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lasting, ruleDuration } from '../../src/span-text.ts'
import { windowsOf } from '../../src/rules/windows.ts'

const HOUR = 3600
const DAY = 24 * HOUR

function alertsOf(period: number): string[] {
  return windowsOf(period).alerts.map(
    ({ severity, factor, long, short }) =>
      `${severity} ${factor} ${ruleDuration(long)} ${ruleDuration(short)}`,
  )
}

test('a month has the windows and factors of the SRE workbook', () => {
  expect(alertsOf(30 * DAY)).toEqual([
    'page 14.4 1h 5m',
    'page 6 6h 30m',
    'ticket 3 1d 2h',
    'ticket 1 3d 6h',
  ])
})

test('other long periods keep the windows, and their factors spend the same share of the budget', () => {
  expect(alertsOf(28 * DAY)).toEqual([
    'page 13.44 1h 5m',
    'page 5.6 6h 30m',
    'ticket 2.8 1d 2h',
    'ticket 1 3d 6h',
  ])
  expect(alertsOf(90 * DAY)).toEqual([
    'page 43.2 1h 5m',
    'page 18 6h 30m',
    'ticket 9 1d 2h',
    'ticket 3 3d 6h',
  ])
})

test('short periods keep the factors, and their windows shrink to steps that hold enough samples', () => {
  expect(alertsOf(7 * DAY)).toEqual([
    'page 14.4 30m 5m',
    'page 6 2h 30m',
    'ticket 3 6h 30m',
    'ticket 1 1d 2h',
  ])
  expect(alertsOf(DAY)).toEqual([
    'page 14.4 30m 5m',
    'page 6 1h 5m',
    'ticket 3 2h 30m',
    'ticket 1 6h 30m',
  ])
})

test('windows longer than the period are left out, and that is said', () => {
  const { alerts, recorded, notes } = windowsOf(HOUR)

  expect(alerts.map(({ long }) => long)).toEqual([HOUR / 2, HOUR])
  expect(recorded).toEqual([300, HOUR / 2, HOUR])
  expect(notes).toEqual([
    'no ticket at 3 times: its window of 2h is longer than the period of 1h',
    'no ticket at 1 times: its window of 6h is longer than the period of 1h',
  ])
  expect(windowsOf(60)).toMatchObject({ alerts: [], recorded: [60] })
})

test('in every period the windows rise, the short is inside the long, and both are recorded', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 * 24 * 60 }), (minutes) => {
      const { alerts, recorded } = windowsOf(minutes * 60)

      for (const [index, { long, short, factor }] of alerts.entries()) {
        expect(long).toBeGreaterThan(alerts[index - 1]?.long ?? 0)
        expect(factor).toBeLessThan(alerts[index - 1]?.factor ?? Number.POSITIVE_INFINITY)
        expect(short).toBeLessThan(long)
        expect(long).toBeLessThanOrEqual(minutes * 60)
        expect(recorded).toEqual(expect.arrayContaining([short, long, minutes * 60]))
      }
    }),
  )
})

test('durations are in the largest unit that is whole, for people in one that they can picture', () => {
  expect([1, 60, 90, 7200, DAY, 36 * HOUR].map(ruleDuration)).toEqual([
    '1s',
    '1m',
    '90s',
    '2h',
    '1d',
    '36h',
  ])
  expect([45, 100 * 60, 2 * HOUR, DAY, 50 * HOUR, 28 * DAY].map(lasting)).toEqual([
    '45s',
    '100m',
    '2h',
    '24h',
    '2.1d',
    '28d',
  ])
})
