import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { expect, test } from 'vitest'
import { boundAtOrBelow, boundMatcher } from '../../src/rules/bucket-bound.ts'

// The spellings of Go: strconv.FormatFloat(bound, 'f', -1, 64) over OTLP, OpenMetrics floats where it was scraped.
test.each([
  [1, ['1', '1.0'], ['10', '1.00', '100']],
  [0, ['0', '0.0'], ['00']],
  [-5, ['-5', '-5.0'], ['5', '-50']],
  [0.25, ['0.25'], ['0x25', '0.250']],
  [100000, ['100000', '100000.0'], ['1e+05']],
  [1000000, ['1000000', '1e+06'], ['1e-06', '1eee06']],
  [1234567.5, ['1234567.5', '1.2345675e+06'], ['1234567x5']],
  [1e21, ['1000000000000000000000', '1e+21'], ['1e21']],
  [0.00005, ['0.00005', '5e-05'], ['5e+05']],
  [1e-100, [`0.${'0'.repeat(99)}1`, '1e-100'], ['1e-10']],
])('the bucket of %d is found by each of its spellings and no other', (bound, spelled, others) => {
  const [, op, text = ''] = /^le(=~|=)(".*")$/u.exec(boundMatcher(bound)) ?? []
  const pattern = JSON.parse(text) as string
  const matches = (le: string): boolean =>
    op === '=' ? le === pattern : new RegExp(`^(?:${pattern})$`, 'u').test(le)

  expect(spelled.filter((le) => !matches(le))).toEqual([])
  expect(others.filter(matches)).toEqual([])
})

test('the default boundary at or below a limit is known of our histograms', () => {
  const metric = `${prometheusName(I.requestDuration)}_bucket`

  expect(boundAtOrBelow(metric, 2.5)).toBe(2.5)
  expect(boundAtOrBelow(metric, 3)).toBe(2.5)
  expect(boundAtOrBelow(metric, 99)).toBe(10)
  expect(boundAtOrBelow(metric, 0.001)).toBeNull()
  expect(boundAtOrBelow('foreign_seconds_bucket', 3)).toBeNull()
})
