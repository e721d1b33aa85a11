import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checked, checkedOne } from '../checked.ts'
import type { InstanceTruth } from '../otlp-lines.ts'
import { sloText, threshold } from '../spec-text.ts'

const BUCKETS = `${prometheusName(I.fallbackDuration)}_bucket`

function spec(
  words: { quantile?: number; op?: string; limit?: number; query?: string; more?: string } = {},
): string {
  const { quantile = 0.5, op = 'lte', limit = 2.5, query = BUCKETS, more = '' } = words
  return sloText({
    annotations: `{ plimsoll.dev/kind: percentile${more} }`,
    objective: `{ op: ${op}, value: ${limit}, target: ${quantile} }`,
    indicator: threshold(query),
  })
}

function observed(observations: readonly number[], boundaries?: readonly number[]): InstanceTruth {
  return {
    histograms: [
      {
        instrument: I.fallbackDuration,
        observations,
        ...(boundaries === undefined ? {} : { boundaries }),
      },
    ],
  }
}

test('a limit on a bound is decided, and the good observations are counted', async () => {
  const truths = [observed([0.4, 1.2, 2.5, 2.6, 9])]

  expect(await checkedOne(spec(), truths)).toMatchObject({
    kind: 'percentile',
    verdict: 'pass',
    value: 2.125,
    bounds: [1, 2.5],
    unit: 's',
    good: 3,
    total: 5,
    counting: 'last',
    reason: 'p50 of 5 lies in (1, 2.5] s',
  })
  expect(await checkedOne(spec({ quantile: 0.7 }), truths)).toMatchObject({
    verdict: 'fail',
    bounds: [2.5, 5],
    reason: 'p70 of 5 lies in (2.5, 5] s',
  })
})

test('a limit inside a bucket is open, and the line to add is printed', async () => {
  expect(await checkedOne(spec({ limit: 2 }), [observed([1.2, 2.2, 2.4])])).toMatchObject({
    verdict: 'inconclusive',
    bounds: [1, 2.5],
    good: null,
    reason: `p50 of 3 lies in (1, 2.5] s, and the limit of 2 is inside; add to plimsoll.config.yaml: metrics: { boundaries: { ${I.fallbackDuration.name}: [2] } }`,
  })
})

test('a limit on a bound that its bucket includes is open for the strict comparison, and says why', async () => {
  expect(await checkedOne(spec({ op: 'lt' }), [observed([2, 2, 2])])).toMatchObject({
    verdict: 'inconclusive',
    reason:
      'p50 of 3 lies in (1, 2.5] s, and the limit of 2.5 is inside; a bucket includes its upper bound, so that only `lte` and `gt` can be told at a boundary',
  })
})

test('a quantile above every bound has no upper end and never passes', async () => {
  const truths = [observed([1, 200, 300], [1, 5])]

  const below = await checkedOne(spec({ limit: 5, quantile: 0.9 }), truths)
  const above = await checkedOne(spec({ limit: 400, quantile: 0.9 }), truths)

  expect(below).toMatchObject({ verdict: 'fail', value: null, bounds: [5, null] })
  expect(above).toMatchObject({ verdict: 'inconclusive', value: null, bounds: [5, null] })
})

test('a lower limit is judged by the other end', async () => {
  const truths = [observed([6, 7, 8])]

  expect(await checkedOne(spec({ op: 'gt', limit: 5 }), truths)).toMatchObject({
    verdict: 'pass',
    good: 3,
  })
  expect(await checkedOne(spec({ op: 'gte', limit: 10.5 }), truths)).toMatchObject({
    verdict: 'fail',
  })
})

test('too few observations are inconclusive, none are no data', async () => {
  const few = spec({ more: ', plimsoll.dev/min-samples: "4"' })

  expect(await checkedOne(few, [observed([1, 1, 1])])).toMatchObject({
    verdict: 'inconclusive',
    reason: '3 events are too few: the spec asks for 4; p50 of 3 lies in (0.75, 1] s',
  })
  expect(await checkedOne(few, [observed([])])).toMatchObject({
    verdict: 'no_data',
    total: 0,
    reason: 'the histogram holds no observation',
  })
})

test('a metric that is no histogram, or not its buckets, says what to ask for', async () => {
  const truths: InstanceTruth[] = [{ ...observed([1]), gauges: [{ name: 'level', value: 1 }] }]

  expect(await checkedOne(spec({ query: 'level' }), truths)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringMatching(/is no bucket: it has no label `le`/u) as string,
  })
  expect(
    await checkedOne(spec({ query: prometheusName(I.fallbackDuration) }), truths),
  ).toMatchObject({
    verdict: 'no_data',
    reason: expect.stringContaining(BUCKETS) as string,
  })
  expect(await checkedOne(spec({ query: `${BUCKETS}{error_type="x"}` }), truths)).toMatchObject({
    verdict: 'no_data',
    reason: 'no bucket of the run matches the query: there was no observation',
  })
})

test('instances with different bounds are compared on those that they share, aloud', async () => {
  const truths = [
    { ...observed([1, 2.2, 2.4], [1, 2.5, 3, 10]), instance: 'a' },
    { ...observed([0.5, 6], [1, 2.5, 10]), instance: 'b' },
  ]

  const { report } = await checked(spec({ limit: 3, quantile: 0.8 }), truths)

  expect(report.objectives).toMatchObject([{ verdict: 'pass', total: 5, bounds: [1, 2.5] }])
  expect(report.warnings).toEqual([
    'promise: the histograms have different bounds; only those that all of them have are used: 1, 2.5, 10',
  ])
})

test('an expression gives its own buckets', async () => {
  const query = `sum by (le) (increase(${BUCKETS}[$window] anchored))`

  expect(await checkedOne(spec({ query }), [observed([1, 2, 3])])).toMatchObject({
    verdict: 'pass',
    counting: 'raw',
    total: 3,
  })
})

test('any observations of any instances give an interval with the truth inside, and never a wrong verdict', async () => {
  const observations = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), {
    minLength: 1,
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(observations, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 150 }),
      async (instances, percent, limit) => {
        const truths = instances.map((values, index) => ({
          ...observed(values),
          instance: `i-${index}`,
        }))
        const all = instances.flat().sort((a, b) => a - b)
        const truth = all.at(Math.ceil((percent * all.length) / 100) - 1) ?? Number.NaN

        const objective = await checkedOne(spec({ quantile: percent / 100, limit }), truths)

        const [low, high] = objective.bounds
        const right = truth <= limit ? 'pass' : 'fail'
        expect(objective.total).toBe(all.length)
        expect(low).toBeLessThanOrEqual(truth)
        expect(high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(truth)
        expect([right, 'inconclusive']).toContain(objective.verdict)
      },
    ),
    { numRuns: 40 },
  )
})
