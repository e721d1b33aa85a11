import { SloCheckError } from '@plimsoll/slo-check'
import { expect, test } from 'vitest'
import { badRatio, ratio, raw, sloText, threshold } from '../spec-text.ts'
import { rulesOf } from './made-rules.ts'

const COUNT = '{ plimsoll.dev/kind: count }'
const PERCENTILE = '{ plimsoll.dev/kind: percentile }'
const LIMIT = '{ op: lte, value: 3, target: 0.9 }'

/** The faults of a spec as lines, each with its place. */
async function faultsOf(spec: string): Promise<string[]> {
  const error = await rulesOf(spec).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error === null) return []
  if (!(error instanceof SloCheckError) || error.code !== 'ERR_PLIMSOLL_QUERY_INVALID') throw error
  return error.issues.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

test('a run has no place in rules, which look at all of them', async () => {
  expect(await faultsOf(sloText({ indicator: ratio('a{x="$run"}', 'b') }))).toEqual([
    '13:89 the query `good`: `$run` cannot be filled: rules look at all runs; write an expression over $window',
  ])
})

test('what does not parse, or gives no number, is told at its place, all at once', async () => {
  expect(await faultsOf(sloText({ indicator: badRatio('sum(a', 'b[5m]') }))).toEqual([
    expect.stringMatching(/^13:8\d the query `bad`: /u),
    expect.stringMatching(
      /the query `total`: gives a matrix, not a number; put a function around it$/u,
    ),
  ])
})

test('an expression whose window is its own cannot be counted over those of rules', async () => {
  const lines = await faultsOf(sloText({ indicator: ratio('sum(rate(a[5m]))', 'b') }))

  expect(lines).toEqual([
    '13:83 the query `good`: rules count it over windows of their own, and the expression has no $window: write it as in sum(increase(x_total[$window])), or as a bare selector',
  ])
})

test('a percentile leaves the buckets to the rules', async () => {
  const percentile = (query: string): string =>
    sloText({ annotations: PERCENTILE, objective: LIMIT, indicator: threshold(query) })

  expect(await faultsOf(percentile('x_bucket{le="3"}'))).toEqual([
    expect.stringContaining('leave `le` out of the selector'),
  ])
  expect(await faultsOf(percentile('sum by (le) (x_bucket)'))).toEqual([
    expect.stringContaining('has no $window'),
  ])
})

test('a count that shall be negative is refused', async () => {
  const spec = sloText({
    annotations: COUNT,
    objective: '{ op: lte, value: -1, target: 0.9 }',
    indicator: threshold('x_total'),
  })

  expect(await faultsOf(spec)).toEqual([expect.stringMatching(/a count is never at most -1$/u)])
})

test('a share at an instant is averaged over a window, and what has $window is taken as it is', async () => {
  expect(await faultsOf(sloText({ indicator: raw('a / b', 'failure') }))).toEqual([])
  expect(await faultsOf(sloText({ indicator: raw('rate(a[$window])', 'success') }))).toEqual([])
})
