import {
  ATTRIBUTES as A,
  INSTRUMENTS as I,
  prometheusLabel,
  prometheusName,
} from '@plimsoll/semconv'
import { describe, expect, test } from 'vitest'
import { checked, checkedOne } from '../checked.ts'
import { START, type InstanceTruth } from '../otlp-lines.ts'
import { badRatio, ratio, raw, sloText, threshold } from '../spec-text.ts'

// What would be a false verdict, above all a false pass, if slo-check believed what the data seem to say.

const CALLS = prometheusName(I.cacheLookups)
const RESULT = prometheusLabel(A.cacheResult.key)
const STALE = `${CALLS}{${RESULT}="stale"}`
const BUCKETS = `${prometheusName(I.fallbackDuration)}_bucket`
const P50 = '{ plimsoll.dev/kind: percentile, plimsoll.dev/quantile: "0.5" }'

function lookups(of: Readonly<Record<string, number>>): NonNullable<InstanceTruth['counters']> {
  return Object.entries(of).map(([result, value]) => ({
    instrument: I.cacheLookups,
    attributes: { [A.cacheResult.key]: result },
    value,
  }))
}

function count(query: string, objective = '{ op: lte, value: 5, target: 0.9 }'): string {
  return sloText({
    annotations: '{ plimsoll.dev/kind: count }',
    indicator: threshold(query),
    objective,
  })
}

describe('a process that started anew under the same identity', () => {
  const before = { counters: lookups({ hit: 50, stale: 9 }) }
  const after = { counters: lookups({ hit: 60, stale: 1 }), start: START + 40 }

  test('has forgotten its first count, so the last one decides nothing', async () => {
    expect(await checkedOne(count(STALE), [before, after])).toMatchObject({
      verdict: 'inconclusive',
      total: 1,
      reason: expect.stringMatching(
        /^1 counted; but 1 of the series that the query `query` counts began anew within the run.* service\.instance\.id of its own/u,
      ) as string,
    })
  })

  test('is seen also where its new count is higher than the old one', async () => {
    expect(await checkedOne(count(`${CALLS}{${RESULT}="hit"}`), [before, after])).toMatchObject({
      verdict: 'inconclusive',
    })
  })

  test('is counted exactly by an anchored increase', async () => {
    const increase = `sum(increase(${STALE}[$window] anchored))`

    expect(await checkedOne(count(increase), [before, after])).toMatchObject({
      verdict: 'fail',
      total: 10,
    })
  })

  test('spoils a percentile too', async () => {
    const waits = (...observations: number[]): InstanceTruth['histograms'] => [
      { instrument: I.fallbackDuration, observations },
    ]
    const spec = sloText({
      annotations: P50,
      indicator: threshold(BUCKETS),
      objective: '{ op: lte, value: 5, target: 0.5 }',
    })

    expect(
      await checkedOne(spec, [
        { histograms: waits(9, 9, 9, 9) },
        { histograms: waits(1, 1, 1), start: START + 40 },
      ]),
    ).toMatchObject({ verdict: 'inconclusive' })
  })
})

describe('a label', () => {
  const truths = [{ counters: lookups({ hit: 5, miss: 5 }) }]

  test('that a metric of ours cannot have is doubted, and the one that was meant is named', async () => {
    const misspelled = `${CALLS}{${RESULT.replace('result', 'reslut')}=""}`

    expect(
      await checkedOne(sloText({ indicator: ratio(misspelled, CALLS) }), truths),
    ).toMatchObject({
      verdict: 'inconclusive',
      value: 1,
      reason: `0 of 10 missed, the target allows 1; but the metric ${CALLS} has no label \`${RESULT.replace('result', 'reslut')}\`; did you mean \`${RESULT}\`?`,
    })
  })

  test('that only no event has set yet is none to doubt', async () => {
    const calls = { instrument: I.corruptBodies, value: 0 }
    const reason = prometheusLabel(A.corruptionReason.key)
    const query = `${prometheusName(I.corruptBodies)}{${reason}!=""}`

    const { report } = await checked(count(query), [{ counters: [calls] }])

    expect(report).toMatchObject({ verdict: 'pass', warnings: [] })
  })

  test('that no series of a foreign metric has is a warning', async () => {
    const gauges = [{ name: 'jobs', attributes: { queue: 'a' }, value: 3 }]

    const { report } = await checked(count('jobs{quue="b"}'), [{ gauges }])

    expect(report).toMatchObject({
      verdict: 'pass',
      warnings: [
        'promise: no series of jobs in the run has the label `quue` of the query `query`: is it spelled right?',
      ],
    })
  })
})

describe('label sets beyond the cap', () => {
  const overflow = {
    instrument: I.cacheLookups,
    attributes: { [A.metricOverflow.key]: 'true' },
    value: 7,
  }
  const truths = [{ counters: [...lookups({ hit: 5, stale: 1 }), overflow] }]

  test('may hide what a selector by label looks for, so it decides nothing', async () => {
    expect(await checkedOne(count(STALE), truths)).toMatchObject({
      verdict: 'inconclusive',
      total: 1,
      reason: `1 counted; but ${CALLS} has more label sets than its cap: those beyond it are counted without labels, so a selector by label is not exact`,
    })
    expect(
      await checkedOne(sloText({ indicator: ratio(`${CALLS}{${RESULT}=""}`, CALLS) }), truths),
    ).toMatchObject({ verdict: 'inconclusive', good: 7 })
  })

  test('are in the count of the whole metric', async () => {
    const own = `${CALLS}{service_name="harvest"}`

    expect(await checkedOne(count(own), truths)).toMatchObject({ verdict: 'fail', total: 13 })
  })

  test('are the business of a selector that names them', async () => {
    const known = `${CALLS}{${RESULT}="",${prometheusLabel(A.metricOverflow.key)}="true"}`

    expect(await checkedOne(count(known), truths)).toMatchObject({ verdict: 'fail', total: 7 })
  })
})

test('points that could not be read make every count of their metric doubtful, and no other', async () => {
  const truths = [
    { instance: 'a', counters: lookups({ stale: 1 }) },
    { instance: 'b', counters: lookups({ stale: 9 }) },
    { instance: 'c', counters: [{ instrument: I.corruptBodies, value: 0 }] },
  ]
  const edit = (lines: string[]): string[] =>
    lines.map((line) =>
      line.includes('"b"')
        ? line.replaceAll('"aggregationTemporality":2', '"aggregationTemporality":1')
        : line,
    )

  expect(await checkedOne(count(STALE), truths, { edit })).toMatchObject({
    verdict: 'inconclusive',
    total: 1,
    reason: `1 counted; but points of ${CALLS} could not be read (the warnings tell which), so it counts too little`,
  })
  expect(await checkedOne(count(prometheusName(I.corruptBodies)), truths, { edit })).toMatchObject({
    verdict: 'pass',
  })
})

describe('a process that ended long before the run did', () => {
  const truths = [
    { instance: 'early', counters: lookups({ stale: 9 }) },
    { instance: 'late', counters: lookups({ stale: 1 }), seconds: 4000 },
  ]

  test('is missing from an instant selector, which is doubted', async () => {
    expect(await checkedOne(count(`sum(${STALE})`), truths)).toMatchObject({
      verdict: 'inconclusive',
      total: 1,
      reason: `1 counted; but 1 series of ${CALLS} had ended before the run did, and the query does not see them; write last_over_time(${CALLS}[$window]) in its place`,
    })
  })

  test('is in a range, and in what slo-check counts itself', async () => {
    for (const query of [`sum(last_over_time(${STALE}[$window]))`, STALE])
      expect(await checkedOne(count(query), truths)).toMatchObject({ verdict: 'fail', total: 10 })
  })
})

describe('a run id in a query', () => {
  const run = prometheusLabel(A.runId.key)
  const truths = [{ counters: lookups({ stale: 9 }) }]

  test('of an earlier run is a fault of the query, not a count of 0', async () => {
    await expect(
      checked(count(`${CALLS}{${RESULT}="stale", ${run}="an-earlier-one"}`), truths),
    ).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_QUERY_INVALID',
      issues: [
        {
          line: 13,
          message: `the query \`query\`: this selector chooses another run, and the run that is checked is 20261118T110640Z-c0ffee: write {${run}="$run"}, or leave the label out`,
        },
      ],
    })
    await expect(checked(count(`sum(${CALLS}{${run}!="$run"})`), truths)).rejects.toThrow(
      'a query is not valid',
    )
  })

  test('is added to a bare selector that is asked as it is, where there are several', async () => {
    const depth = (runId: string, value: number): InstanceTruth => ({
      runId,
      gauges: [{ name: 'depth', value }],
    })
    const spec = sloText({ indicator: raw('depth', 'success') })

    expect(
      await checkedOne(spec, [depth('first', 0.5), depth('second', 1)], { wantedRun: 'first' }),
    ).toMatchObject({ verdict: 'fail', value: 0.5 })
  })
})

describe('a metric that the run never recorded, in an expression that gives a number all the same,', () => {
  const truths = [{ counters: lookups({ hit: 5 }) }]

  test('is a warning, for its first event may not have come yet', async () => {
    const { report } = await checked(count('sum(jobs_failed_total) or vector(0)'), truths)

    expect(report).toMatchObject({ verdict: 'pass', objectives: [{ value: 0 }] })
    expect(report.warnings).toEqual([
      expect.stringMatching(/^promise: the run never recorded the metric jobs_failed_total/u),
    ])
  })

  test('decides nothing where it is a misspelled one of ours', async () => {
    const misspelled = CALLS.replace('lookups', 'lokups')

    expect(await checkedOne(count(`sum(${misspelled}) or vector(0)`), truths)).toMatchObject({
      verdict: 'inconclusive',
      reason: `0 counted; but the run never recorded the metric ${misspelled}; the nearest that it has: ${CALLS}`,
    })
  })

  test('is nothing to say where it is one of ours, which nothing made', async () => {
    const opened = prometheusName(I.breakerStateChanges)
    const { report } = await checked(count(`sum(${opened}) or vector(0)`), truths)

    expect(report).toMatchObject({ verdict: 'pass', warnings: [] })
  })
})

test('histograms of one instance with different bounds have no sum', async () => {
  const histogram = (kind: string, boundaries: number[]) => ({
    instrument: I.fallbackDuration,
    attributes: { [A.role.key]: kind },
    observations: [0.5, 0.5, 0.5, 1.5],
    boundaries,
  })
  const spec = sloText({
    annotations: P50,
    indicator: threshold(BUCKETS),
    objective: '{ op: gte, value: 1, target: 0.5 }',
  })
  const histograms = [histogram('a', [1, 5]), histogram('b', [2, 5])]

  expect(await checkedOne(spec, [{ histograms }])).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining(
      'but histograms of one instance have different bounds, so that their sum is none',
    ) as string,
  })
})

test('a doubtful count breaks no promise either', async () => {
  const truths = [
    { counters: [...lookups({ hit: 1 }), ...lookups({ hit: 1 })] },
    { counters: lookups({ hit: 1 }), start: START + 40 },
  ]
  const least = '{ op: gte, value: 5, target: 0.9 }'

  expect(await checkedOne(count(CALLS, least), truths)).toMatchObject({ verdict: 'inconclusive' })
  expect(await checkedOne(sloText({ indicator: badRatio(CALLS, CALLS) }), truths)).toMatchObject({
    verdict: 'inconclusive',
  })
})
