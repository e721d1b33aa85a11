import { INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checked, checkedOne, sourceOf } from '../checked.ts'
import { otlpLines, START, type InstanceTruth } from '../otlp-lines.ts'
import { ratio, sloText, threshold } from '../spec-text.ts'

const METRIC = prometheusName(I.fallbackDuration)
const BUCKETS = `${METRIC}_bucket`

function spec(
  words: { quantile?: number; op?: string; limit?: number; query?: string } = {},
): string {
  const { quantile = 0.5, op = 'lte', limit = 4, query = BUCKETS } = words
  return sloText({
    annotations: '{ plimsoll.dev/kind: percentile }',
    objective: `{ op: ${op}, value: ${limit}, target: ${quantile} }`,
    indicator: threshold(query),
  })
}

function observed(observations: readonly number[], scale: number, instance = 'a'): InstanceTruth {
  return { instance, histograms: [{ instrument: I.fallbackDuration, observations, scale }] }
}

test('a promise over classic buckets is read from native histograms where the program writes those', async () => {
  const truths = [observed([1.5, 1.7, 3, 3.5, 9], 0)]

  for (const query of [BUCKETS, METRIC, `${BUCKETS}{job="harvest"}`])
    expect(await checkedOne(spec({ query }), truths)).toMatchObject({
      kind: 'percentile',
      verdict: 'pass',
      bounds: [2, 4],
      unit: 's',
      good: 4,
      total: 5,
      counting: 'last',
      reason: 'p50 of 5 lies in (2, 4] s',
    })
})

test('a limit inside a native bucket is open, and the way to an exact answer is told', async () => {
  expect(await checkedOne(spec({ limit: 3 }), [observed([1.5, 3, 3.5], 0)])).toMatchObject({
    verdict: 'inconclusive',
    bounds: [2, 4],
    good: null,
    reason: `p50 of 3 lies in (2, 4] s, and the limit of 3 is inside; record explicit buckets in place of exponential ones, and add to plimsoll.config.yaml: metrics: { boundaries: { ${I.fallbackDuration.name}: [3] } }`,
  })
})

test('instances of different scales add up at the coarser one', async () => {
  const truths = [observed([1.1, 1.2, 3.9], 4, 'a'), observed([5, 6, 7], 0, 'b')]

  const { report, steps } = await checked(spec(), truths)

  expect(report.objectives[0]).toMatchObject({ verdict: 'pass', bounds: [2, 4], good: 3, total: 6 })
  expect(steps.map(({ sent }) => sent)).toContainEqual(
    expect.stringMatching(/^sum\(last_over_time/u),
  )
})

test('zero and negative observations have buckets of their own', async () => {
  const truths = [observed([-3, -3, 0, 0, 0, 1.5], 0)]

  expect(await checkedOne(spec({ quantile: 0.3, limit: -2 }), truths)).toMatchObject({
    verdict: 'pass',
    bounds: [-4, -2],
  })
  expect(await checkedOne(spec({ quantile: 0.5, limit: 1 }), truths)).toMatchObject({
    verdict: 'pass',
    good: 5,
  })
})

test('a histogram that grows coarser while the program runs is still the same', async () => {
  const fine = observed([1.5, 1.7, 3, 3.1, 100, 0.001], 5)
  const coarse = observed([1.5, 1.7, 3, 3.1, 100, 0.001], 0)
  const edit = (lines: string[]): string[] => [...otlpLines(fine).slice(0, -1), ...lines.slice(-1)]

  expect(await checkedOne(spec(), [coarse], { edit })).toMatchObject({
    verdict: 'pass',
    bounds: [1, 2],
    good: 5,
    total: 6,
  })
})

test('a native histogram that began anew within the run decides nothing', async () => {
  const life = { ...observed([1.5, 1.7, 3], 0), seconds: 15 }
  const after = { ...observed([1.5], 0), start: START + 16, seconds: 10 }

  expect(await checkedOne(spec(), [{ ...life, markers: 'start' }, after])).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('began anew'),
  })
})

test('classic buckets of one instance and a native histogram of another are not added up', async () => {
  const truths: InstanceTruth[] = [
    observed([1.5], 0, 'a'),
    { instance: 'b', histograms: [{ instrument: I.fallbackDuration, observations: [1.5] }] },
  ]

  expect(await checkedOne(spec(), truths)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringMatching(/classic buckets .* and native histograms .* choose one/u),
  })
})

test('an expression gives one native histogram, or is asked to', async () => {
  const truths = [observed([1.5, 3, 3.5], 0, 'a'), observed([1.5, 3, 3.5], 0, 'b')]
  const each = `last_over_time(${METRIC}[$window])`

  expect(await checkedOne(spec({ query: `sum(${each})` }), truths)).toMatchObject({
    verdict: 'pass',
    counting: 'raw',
    total: 6,
  })
  expect(await checkedOne(spec({ query: each }), truths)).toMatchObject({
    verdict: 'inconclusive',
    reason: 'the query `query` gives 2 native histograms, not one; put sum(…) around it',
  })
})

test('the number of observations is asked for by histogram_count', async () => {
  const truths = [observed([1, 2, 3], 0)]
  const all = `histogram_count(sum(last_over_time(${METRIC}[$window])))`

  expect(
    await checkedOne(sloText({ indicator: ratio(all, all), objective: '{ target: 0.5 }' }), truths),
  ).toMatchObject({ verdict: 'pass', good: 3, total: 3 })
  expect(await checkedOne(sloText({ indicator: ratio(METRIC, METRIC) }), truths)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('histogram_count('),
  })
})

// Not where q·n is whole: from 0.5 on histogram_quantile takes the next observation there.
test.each([0.05, 0.3, 0.55, 0.77, 0.95])(
  'the value is that of histogram_quantile, here at %d',
  async (quantile) => {
    const truths = [observed([-7, -0.3, 0, 0, 0.02, 1.5, 1.7, 3, 80, 90], 3)]
    using source = await sourceOf(truths)

    const { value } = await checkedOne(spec({ quantile }), truths)
    const answer = await source.instant(`histogram_quantile(${quantile}, ${METRIC})`)

    const sample = answer.resultType === 'vector' ? answer.result[0] : undefined
    const expected = sample !== undefined && 'value' in sample ? Number(sample.value[1]) : NaN
    expect(value).toBeCloseTo(expected, 9)
  },
)

test('a native histogram without an observation is no data', async () => {
  expect(await checkedOne(spec(), [observed([], 0)])).toMatchObject({
    verdict: 'no_data',
    total: 0,
  })
})

test('what is judged of random observations is true of them, whatever the scales', async () => {
  const observations = fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), {
    minLength: 1,
    maxLength: 30,
  })
  const instance = fc.tuple(observations, fc.integer({ min: -1, max: 8 }))

  await fc.assert(
    fc.asyncProperty(
      fc.array(instance, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(0.1, 0.5, 0.9, 0.99),
      fc.double({ min: 0.001, max: 1000, noNaN: true }),
      async (instances, quantile, limit) => {
        const truths = instances.map(([values, scale], at) => observed(values, scale, `i${at}`))
        const all = instances.flatMap(([values]) => values).toSorted((a, b) => a - b)
        const truth = all[Math.ceil(quantile * all.length - 1e-9) - 1] ?? Number.NaN

        const { bounds, verdict, good, total } = await checkedOne(spec({ quantile, limit }), truths)

        expect(total).toBe(all.length)
        expect(truth).toBeGreaterThanOrEqual((bounds[0] ?? 0) * (1 - 1e-12))
        expect(truth).toBeLessThanOrEqual((bounds[1] ?? Infinity) * (1 + 1e-12))
        const isTrue = truth <= limit
        expect(verdict).toBeOneOf([isTrue ? 'pass' : 'fail', 'inconclusive'])
        expect(good).toBeOneOf([all.filter((value) => value <= limit).length, null])
      },
    ),
    { numRuns: 30 },
  )
})
