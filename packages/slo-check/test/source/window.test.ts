import { createEngine } from '@plimsoll/promql'
import {
  ATTRIBUTES as A,
  INSTRUMENTS as I,
  prometheusLabel,
  prometheusName,
} from '@plimsoll/semconv'
import {
  check,
  embeddedSource,
  parseSpecs,
  type ObjectiveReport,
  type Report,
} from '@plimsoll/slo-check'
import { describe, expect, test } from 'vitest'
import { START, otlpLines, type InstanceTruth } from '../otlp-lines.ts'
import { badRatio, ratio, raw, sloText, threshold } from '../spec-text.ts'

const LOOKUPS = prometheusName(I.cacheLookups)
const SERVICE = prometheusLabel(A.serviceName.key)
const COUNT = '{ plimsoll.dev/kind: count }'
const AT_LEAST_ONE = '{ op: gte, value: 1, target: 0.9 }'

interface Given {
  readonly seconds?: number
  readonly at?: number | null
  readonly edit?: (line: string) => string
}

function lookups(value: number, more: InstanceTruth = {}): InstanceTruth {
  return { counters: [{ instrument: I.cacheLookups, value }], ...more }
}

async function judged(
  spec: string,
  truths: readonly InstanceTruth[],
  { seconds = 3600, at = null, edit = (line) => line }: Given = {},
): Promise<Report> {
  const lines = truths.flatMap((truth) => otlpLines(truth)).map(edit)
  using source = await embeddedSource({
    engine: await createEngine(),
    files: [{ name: 'all.jsonl', lines: lines.join('\n') }],
    description: { kind: 'otlp-files', name: 'all.jsonl', files: ['all.jsonl'] },
    wantedRun: null,
    window: { seconds, at },
  })
  return await check({ specs: parseSpecs([{ name: 'slo.yaml', text: spec }]), source })
}

async function judgedOne(...given: Parameters<typeof judged>): Promise<ObjectiveReport> {
  const { objectives } = await judged(...given)
  return objectives[0]!
}

const counted = (query: string): string =>
  sloText({ annotations: COUNT, indicator: threshold(query), objective: AT_LEAST_ONE })

describe('a window', () => {
  test('holds all runs that were in it, and no other', async () => {
    const report = await judged(counted(LOOKUPS), [
      lookups(5, { runId: 'a', instance: '1', start: START - 3000 }),
      lookups(7, { runId: 'b', instance: '2', markers: 'start' }),
      lookups(90, { runId: 'c', instance: '3', start: START - 9000 }),
    ])

    expect(report).toMatchObject({
      verdict: 'pass',
      run: null,
      window: { start: '2026-11-18T10:07:10.000Z', end: '2026-11-18T11:07:10.000Z' },
      source: { instances: 2, services: ['harvest'], windowSeconds: 3600 },
      objectives: [{ total: 12, counting: 'anchored' }],
      notes: expect.arrayContaining(['the window takes the place of the time windows']) as string[],
    })
  })

  test('counts what a run did in it, not what it had done before', async () => {
    const truths = [lookups(300, { exports: 30 })]

    expect(await judgedOne(counted(LOOKUPS), truths, { seconds: 10 })).toMatchObject({ total: 100 })
    expect(
      await judgedOne(counted(LOOKUPS), truths, { seconds: 10, at: START + 15 }),
    ).toMatchObject({ total: 100 })
  })

  test('counts restarts right', async () => {
    const truths = [lookups(5), lookups(8, { start: START + 60 })]

    expect(await judgedOne(counted(LOOKUPS), truths)).toMatchObject({ total: 13, verdict: 'pass' })
  })

  test('holds histograms too', async () => {
    const spec = sloText({
      annotations: '{ plimsoll.dev/kind: percentile }',
      indicator: threshold(`${prometheusName(I.fallbackDuration)}_bucket`),
      objective: '{ op: lte, value: 5, target: 0.5 }',
    })
    const histogram = (observations: number[], more: InstanceTruth): InstanceTruth => ({
      histograms: [{ instrument: I.fallbackDuration, observations }],
      ...more,
    })

    const objective = await judgedOne(spec, [
      histogram([1, 1, 2], { runId: 'a', instance: '1' }),
      histogram([3, 4, 9], { runId: 'b', instance: '2', start: START + 100 }),
      histogram([90, 90, 90], { runId: 'c', instance: '3', start: START - 9000 }),
    ])

    expect(objective).toMatchObject({ total: 6, good: 5, bounds: [1, 2.5], verdict: 'pass' })
  })

  test('in which nobody recorded the metric has no data', async () => {
    const objective = await judgedOne(counted(LOOKUPS), [lookups(5)], { at: START + 90_000 })

    expect(objective).toMatchObject({ verdict: 'no_data' })
    expect(objective.reason).toContain(`nobody recorded in the window the metric ${LOOKUPS}`)
  })

  test('has no run to fill $run with', async () => {
    const spec = counted(`${LOOKUPS}{resilience_run_id="$run"}`)

    await expect(judged(spec, [lookups(5)])).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_QUERY_INVALID',
      issues: [
        {
          message: expect.stringContaining('`$run` cannot be filled: a window is judged') as string,
        },
      ],
    })
  })

  test('fills $window for an expression, which runs as it is', async () => {
    const spec = sloText({
      indicator: raw(`sum(increase(${LOOKUPS}[$window] anchored)) / 10`, 'success'),
    })

    expect(await judgedOne(spec, [lookups(5)])).toMatchObject({ value: 0.5, counting: 'raw' })
  })
})

describe('where several services have such series', () => {
  const two = [
    lookups(5, { service: 'harvest' }),
    lookups(70, { service: 'other', instance: '2', runId: 'other' }),
  ]

  test('those of the SLO are counted', async () => {
    expect(await judgedOne(counted(LOOKUPS), two)).toMatchObject({ total: 5, verdict: 'pass' })
  })

  test('a selector that chooses by itself stays as it is', async () => {
    const query = `${LOOKUPS}{${SERVICE}=~".+"}`

    expect(await judgedOne(counted(query), two)).toMatchObject({ total: 75 })
  })

  test('and none of them is that of the SLO, the number decides nothing', async () => {
    const strange = two.map((truth) => ({ ...truth, service: `${truth.service}-2` }))

    const objective = await judgedOne(counted(LOOKUPS), strange)

    expect(objective.verdict).toBe('inconclusive')
    expect(objective.reason).toContain(
      '2 services have such series in the window, and none of them is harvest',
    )
  })

  test('and a part of the total is of the others alone, it is no part of that of the SLO', async () => {
    const role = (value: number, result: string) => ({
      instrument: I.cacheLookups,
      value,
      attributes: { [A.cacheResult.key]: result },
    })
    const truths: InstanceTruth[] = [
      { counters: [role(5, 'miss')] },
      { counters: [role(5, 'hit')], service: 'other', instance: '2', runId: 'other' },
    ]
    const hits = `${LOOKUPS}{${prometheusLabel(A.cacheResult.key)}="hit"}`

    const good = await judgedOne(sloText({ indicator: ratio(hits, LOOKUPS) }), truths)
    const bad = await judgedOne(sloText({ indicator: badRatio(hits, LOOKUPS) }), truths)

    expect(good).toMatchObject({ good: 0, total: 5, verdict: 'fail' })
    expect(bad).toMatchObject({ good: 5, total: 5, verdict: 'pass' })
  })
})

describe('a service that recorded nothing in the window', () => {
  const other = lookups(70, { service: 'other' })

  test('does not get the numbers of the only one that did', async () => {
    const objective = await judgedOne(counted(LOOKUPS), [other])

    expect(objective.verdict).toBe('inconclusive')
    expect(objective.reason).toContain(
      'of all services other alone has such series in the window, and the SLO is of harvest',
    )
  })

  test('has no data, where a selector names it, and not 0 of what others recorded', async () => {
    const none = sloText({
      annotations: COUNT,
      indicator: threshold(`${LOOKUPS}{${SERVICE}="harvest"}`),
      objective: '{ op: lte, value: 1, target: 0.9 }',
    })

    expect(await judgedOne(none, [other])).toMatchObject({ verdict: 'no_data', value: null })
  })
})

test('a series whose beginning is not known makes its count doubtful, also where it began anew after', async () => {
  const withoutStart = (line: string): string =>
    line.replaceAll(/"startTimeUnixNano":"\d+"/gu, '"startTimeUnixNano":"0"')
  const anew = lookups(9, { start: START + 60 })

  const objective = await judgedOne(counted(LOOKUPS), [lookups(150), anew], { edit: withoutStart })

  expect(objective.verdict).toBe('inconclusive')
  expect(objective.reason).toContain('1 of the series that the query `query` counts began')
})

test('a series whose beginning is not known makes its count doubtful', async () => {
  const withoutStart = (line: string): string =>
    line.replaceAll(/"startTimeUnixNano":"\d+"/gu, '"startTimeUnixNano":"0"')

  const objective = await judgedOne(counted(LOOKUPS), [lookups(6)], { edit: withoutStart })

  expect(objective.verdict).toBe('inconclusive')
  expect(objective.reason).toContain(
    '1 of the series that the query `query` counts began in the window',
  )
})

test('a series with a gap at the beginning of the window does so too', async () => {
  const truths = [lookups(6, { seconds: 2000, exports: 2, start: START })]

  const objective = await judgedOne(counted(LOOKUPS), truths, { seconds: 600 })

  expect(objective.verdict).toBe('inconclusive')
})
