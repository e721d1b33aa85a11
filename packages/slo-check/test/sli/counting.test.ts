import {
  ATTRIBUTES as A,
  INSTRUMENTS as I,
  prometheusLabel,
  prometheusName,
} from '@plimsoll/semconv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checked, checkedOne } from '../checked.ts'
import { START, type InstanceTruth } from '../otlp-lines.ts'
import { badRatio, ratio, raw, sloText, threshold } from '../spec-text.ts'

const LOOKUPS = prometheusName(I.cacheLookups)
const RESULT = prometheusLabel(A.cacheResult.key)
const HITS = `${LOOKUPS}{${RESULT}="hit"}`
const RUN = prometheusLabel(A.runId.key)

function lookups(hits: number, misses: number): NonNullable<InstanceTruth['counters']> {
  return [
    { instrument: I.cacheLookups, attributes: { [A.cacheResult.key]: 'hit' }, value: hits },
    { instrument: I.cacheLookups, attributes: { [A.cacheResult.key]: 'miss' }, value: misses },
  ]
}

const HALF = '{ target: 0.5 }'

describe('a bare selector', () => {
  test('counts every event of every instance, to the last one', async () => {
    const truths = [
      { instance: 'a', counters: lookups(100, 3) },
      { instance: 'b', counters: lookups(1, 0), start: START + 7, seconds: 11, exports: 1 },
      { instance: 'c', counters: lookups(20, 9), start: START + 400, seconds: 2000, exports: 9 },
    ]

    const objective = await checkedOne(sloText({ indicator: ratio(HITS, LOOKUPS) }), truths)

    expect(objective).toMatchObject({ good: 121, total: 133, counting: 'last', value: 121 / 133 })
  })

  test('counts the run that was asked for, where the data hold several', async () => {
    const truths = [
      { runId: 'first', counters: lookups(5, 5) },
      { runId: 'second', counters: lookups(1, 9), start: START + 60 },
    ]
    const spec = sloText({ indicator: ratio(HITS, LOOKUPS), objective: HALF })

    const first = await checkedOne(spec, truths, { wantedRun: 'first' })
    const second = await checkedOne(spec, truths, { wantedRun: 'second' })

    expect([first.good, first.total, first.verdict]).toEqual([5, 10, 'pass'])
    expect([second.good, second.total, second.verdict]).toEqual([1, 10, 'fail'])
  })

  test('that chooses its runs itself is respected', async () => {
    const truths = [
      { runId: 'first', counters: lookups(5, 5) },
      { runId: 'second', counters: lookups(1, 9) },
    ]
    const every = `${LOOKUPS}{${RUN}=~".+"}`
    const spec = sloText({ indicator: ratio(HITS, every), objective: '{ target: 0.1 }' })

    expect(await checkedOne(spec, truths, { wantedRun: 'first' })).toMatchObject({
      good: 5,
      total: 20,
    })
  })

  test('that matches nothing counts 0 when the run recorded its metric', async () => {
    const truths = [{ counters: lookups(5, 5) }]
    const none = `${LOOKUPS}{${RESULT}="stale"}`

    const { report, steps } = await checked(sloText({ indicator: badRatio(none, LOOKUPS) }), truths)

    expect(report.objectives).toMatchObject([{ good: 10, total: 10, verdict: 'pass' }])
    expect(steps.map(({ sent }) => sent.slice(0, 6))).toEqual([
      'sum(la',
      'count(',
      'sum(la',
      'count(',
    ])
  })

  test('of a metric that the run never recorded is no data, and names the nearest', async () => {
    const truths = [{ counters: lookups(5, 5) }]
    const spec = sloText({ indicator: ratio(HITS.replace('lookups', 'lookup'), LOOKUPS) })

    expect(await checkedOne(spec, truths)).toMatchObject({
      verdict: 'no_data',
      value: null,
      total: 10,
      reason: `the run never recorded the metric ${LOOKUPS.replace('lookups', 'lookup')}; the nearest that it has: ${LOOKUPS}`,
    })
  })

  test('of a metric of ours that the run never recorded says what did not happen', async () => {
    const spec = sloText({ indicator: ratio('x', prometheusName(I.breakerStateChanges)) })

    expect(await checkedOne(spec, [{ counters: lookups(5, 5) }])).toMatchObject({
      verdict: 'no_data',
      reason: `the run never recorded the metric ${prometheusName(I.breakerStateChanges)}: nothing of what ${I.breakerStateChanges.name} measures happened, or is configured to`,
    })
  })

  test('of a metric that only another run recorded is no data', async () => {
    const truths = [
      { runId: 'first', counters: lookups(5, 5) },
      { runId: 'second', counters: [{ instrument: I.corruptBodies, value: 1 }] },
    ]
    const spec = sloText({ indicator: ratio(HITS, LOOKUPS) })

    expect(await checkedOne(spec, truths, { wantedRun: 'second' })).toMatchObject({
      verdict: 'no_data',
    })
  })
})

describe('what cannot be true is inconclusive and says why:', () => {
  const truths = [
    {
      counters: lookups(5, 5),
      gauges: [
        { name: 'broken', value: 'NaN' as const },
        { name: 'below', value: -1 },
        { name: 'above', value: 1.25 },
      ],
    },
  ]
  test.each([
    [
      'more good than all',
      ratio(LOOKUPS, HITS),
      'the ratio is above 1: good 10, total 5; the queries do not count the same events',
    ],
    [
      'more bad than all',
      badRatio(LOOKUPS, HITS),
      'the ratio is above 1: bad 10, total 5; the queries do not count the same events',
    ],
    ['a count of NaN', ratio('broken', LOOKUPS), 'the query `good` counts NaN events'],
    [
      'a negative count',
      ratio('below', LOOKUPS),
      'the query `good` counts -1 events; a count is never negative',
    ],
    [
      'a negative gauge',
      ratio('below', LOOKUPS, false).replace(`"${LOOKUPS}"`, '"vector(3)"'),
      'a count is negative: good -1, total 3',
    ],
    [
      'a share above 1',
      raw('above', 'success'),
      'the ratio is above 1: the query `raw` gives 1.25',
    ],
    [
      'a negative share',
      raw('below', 'failure'),
      'the ratio is negative: the query `raw` gives -1',
    ],
    [
      'a share of NaN',
      raw('broken', 'success'),
      'the query `raw` gives NaN, which is no number to judge by (a division of nothing by nothing gives it)',
    ],
    [
      'a division by 0',
      raw('above / 0', 'success'),
      'the query `raw` gives +Inf, which is no number to judge by',
    ],
    [
      'several series',
      raw(LOOKUPS, 'success'),
      `the query \`raw\` gives 2 series, not one number: {${RESULT}="hit"}, {${RESULT}="miss"}; put sum(…) or another aggregation around it`,
    ],
    [
      'series that do not match',
      raw(`${LOOKUPS} + on(job) ${LOOKUPS}`, 'success'),
      expect.stringMatching(/^the query failed: .*many-to-many/u),
    ],
  ])('%s', async (_what, indicator, reason) => {
    expect(await checkedOne(sloText({ indicator }), truths)).toMatchObject({
      verdict: 'inconclusive',
      value: null,
      bounds: [null, null],
      reason,
    })
  })
})

describe('an expression', () => {
  const truths = [{ counters: lookups(30, 10), seconds: 20 }]

  test('runs as it is, with its placeholders filled', async () => {
    const increase = (selector: string): string => `sum(increase(${selector}[$window] anchored))`
    const spec = sloText({
      indicator: ratio(
        increase(`${LOOKUPS}{${RESULT}="hit",${RUN}="$run",service_name="$service"}`),
        increase(LOOKUPS),
      ),
      objective: HALF,
    })

    expect(await checkedOne(spec, truths)).toMatchObject({
      good: 30,
      total: 40,
      counting: 'raw',
      verdict: 'pass',
    })
  })

  test('that gives nothing is no data, and advises', async () => {
    expect(
      await checkedOne(sloText({ indicator: raw('vector(1) > 2', 'success') }), truths),
    ).toMatchObject({
      verdict: 'no_data',
      reason: 'the query `raw` gives nothing; add `or vector(0)` where nothing means 0',
    })
    expect(
      await checkedOne(sloText({ indicator: raw('sum(nowhere)', 'success') }), truths),
    ).toMatchObject({
      verdict: 'no_data',
      reason: expect.stringMatching(/^the run never recorded the metric nowhere/u) as string,
    })
  })
})

describe('no event at all', () => {
  const truths = [{ counters: lookups(0, 0) }]
  const indicator = ratio(HITS, LOOKUPS)

  test('is no data', async () => {
    expect(await checkedOne(sloText({ indicator }), truths)).toMatchObject({
      verdict: 'no_data',
      value: null,
      good: 0,
      total: 0,
      reason: 'there was no event: the total is 0',
    })
  })

  test.each(['pass', 'fail', 'inconclusive', 'no_data'])(
    'means what the spec says: %s',
    async (rule) => {
      const annotations = `{ plimsoll.dev/no-data: ${rule} }`

      expect(await checkedOne(sloText({ indicator, annotations }), truths)).toMatchObject({
        verdict: rule,
      })
    },
  )
})

test('limits are held against counts, rates and values', async () => {
  const truths = [
    { counters: lookups(30, 10), seconds: 20, gauges: [{ name: 'level', value: 7.5 }] },
  ]
  const spec = (kind: string, query: string, objective: string): string =>
    sloText({
      name: kind,
      annotations: kind === 'level' ? '{}' : `{ plimsoll.dev/kind: ${kind} }`,
      objective,
      indicator: threshold(query),
    })

  const { report } = await checked(
    [
      spec('count', HITS, '{ op: lt, value: 30, target: 0.9 }'),
      spec('rate', LOOKUPS, '{ op: gte, value: 2, target: 0.9 }'),
      spec('level', 'level', '{ op: gt, value: 7.4, target: 0.9 }'),
    ].join('---\n'),
    truths,
  )

  expect(report.objectives).toMatchObject([
    {
      kind: 'count',
      value: 30,
      bounds: [30, 30],
      verdict: 'fail',
      unit: '{lookup}',
      total: 30,
      counting: 'last',
    },
    {
      kind: 'rate',
      value: 2,
      verdict: 'pass',
      unit: '1/s',
      total: 40,
      counting: 'last',
      reason: '40 in 20 s',
    },
    { kind: 'threshold', value: 7.5, verdict: 'pass', unit: null, total: null, counting: 'raw' },
  ])
})

test('any counts of any instances are read back exactly, and the verdict is that of the truth', async () => {
  const count = fc.integer({ min: 0, max: 5000 })
  const instance = fc.record({
    hits: count,
    misses: count,
    exports: fc.integer({ min: 1, max: 5 }),
    // Within the first hour something is exported: else its beginning is lost.
    seconds: fc.integer({ min: 1, max: 3500 }),
    late: fc.integer({ min: 0, max: 900 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(instance, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 99 }),
      async (instances, percent) => {
        const truths = instances.map(({ hits, misses, exports, seconds, late }, index) => ({
          instance: `i-${index}`,
          counters: lookups(hits, misses),
          exports,
          seconds,
          start: START + late,
        }))
        const hits = instances.reduce((sum, one) => sum + one.hits, 0)
        const total = instances.reduce((sum, one) => sum + one.hits + one.misses, 0)
        const spec = sloText({
          indicator: ratio(HITS, LOOKUPS),
          objective: `{ targetPercent: ${percent} }`,
        })

        const objective = await checkedOne(spec, truths)

        const kept = hits * 100 >= percent * total ? 'pass' : 'fail'
        expect(objective).toMatchObject({
          good: hits,
          total,
          verdict: total === 0 ? 'no_data' : kept,
        })
      },
    ),
    { numRuns: 40 },
  )
})
