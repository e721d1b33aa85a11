import { ATTRIBUTES as A, INSTRUMENTS as I, prometheusName } from '@plimsoll/semconv'
import { SloCheckError } from '@plimsoll/slo-check'
import { describe, expect, test } from 'vitest'
import { checked, sourceOf, type Checked } from '../checked.ts'
import { RUN_ID, START, otlpLines, type InstanceTruth } from '../otlp-lines.ts'
import { ratio, sloText, threshold } from '../spec-text.ts'

const LOOKUPS = prometheusName(I.cacheLookups)
const SPEC = sloText({ indicator: ratio(LOOKUPS, LOOKUPS) })
const BROKEN = sloText({ indicator: ratio(`${LOOKUPS}{service_name="none"}`, LOOKUPS) })

function instance(name: string, more: InstanceTruth = {}): InstanceTruth {
  return { instance: name, counters: [{ instrument: I.cacheLookups, value: 5 }], ...more }
}

describe('a run', () => {
  test('is complete when each instance left its end marker', async () => {
    using source = await sourceOf([instance('a'), instance('b', { start: START + 5, seconds: 60 })])

    expect(source.scope).toEqual({
      kind: 'run',
      id: RUN_ID,
      start: START,
      end: START + 65,
      complete: true,
      completeness: '2 instances, each with its end marker',
      instances: 2,
      services: ['harvest'],
      others: [],
    })
    expect([source.evaluationTime, source.windowSeconds]).toEqual([START + 65, 125])
  })

  test('is incomplete when one of them did not: then a pass is inconclusive, and a fail still a fail', async () => {
    const truths = [instance('a'), instance('b', { markers: 'start' })]

    const kept = await checked(SPEC, truths)
    const broken = await checked(BROKEN, truths)

    expect(kept.report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
    expect(kept.report.objectives[0]?.reason).toBe(
      '0 of 10 missed, the target allows 1; so far: 1 of 2 instances left no end marker (b)',
    )
    expect(broken.report).toMatchObject({ verdict: 'fail', run: { complete: false } })
  })

  test('that is incomplete may still reach a count, and cannot take one back', async () => {
    const counting = (op: string): string =>
      sloText({
        annotations: '{ plimsoll.dev/kind: count }',
        indicator: threshold(LOOKUPS),
        objective: `{ op: ${op}, value: ${op === 'gte' ? 9 : 3}, target: 0.9 }`,
      })
    const cut = [instance('a', { markers: 'start' })]

    expect((await checked(counting('gte'), cut)).report.verdict).toBe('inconclusive')
    expect((await checked(counting('lte'), cut)).report.verdict).toBe('fail')
  })

  test('names the instances that did not end in one order, however they were found', async () => {
    const cut = ['z', 'b', 'y', 'a'].map((name) => instance(name, { markers: 'start' }))

    using source = await sourceOf(cut)

    expect(source.scope).toMatchObject({
      completeness: '4 of 4 instances left no end marker (a, b, y, …)',
    })
  })

  test('is incomplete when an instance left no marker, where others left theirs', async () => {
    const { report } = await checked(SPEC, [instance('a'), instance('b', { markers: 'none' })])

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
    expect(report.objectives[0]?.reason).toContain('1 more left no marker at all (b)')
  })

  test('is incomplete when an instance began again after its end marker', async () => {
    const again = instance('a', { start: START + 60, markers: 'start' })

    expect((await checked(SPEC, [instance('a'), again])).report.run?.complete).toBe(false)
  })

  test('is incomplete when instances of two services are numbered alike, and one did not end', async () => {
    const other = instance('a', { service: 'other', markers: 'start' })

    const { report } = await checked(SPEC, [instance('a'), other])

    expect(report).toMatchObject({ run: { complete: false }, source: { instances: 2 } })
  })

  test('is incomplete when the last numbers of an instance are older than its end marker', async () => {
    const parted = (lines: string[]): string[] =>
      lines.map((line, index) =>
        index < lines.length - 1
          ? line
          : line.replace(`"${I.cacheLookups.name}"`, '"other.lookups"'),
      )

    const { report } = await checked(SPEC, [instance('a')], { edit: parted })

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
    expect(report.objectives[0]?.reason).toContain(
      '1 of 1 instance left an end marker, and numbers older than it (a)',
    )
  })

  test('is incomplete when its first hours are gone: instances may have ended in them', async () => {
    const cut = (lines: string[]): string[] => lines.slice(5)

    const long = instance('a', { seconds: 36_000, exports: 20 })
    const { report } = await checked(SPEC, [long], { edit: cut })

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
    expect((await checked(SPEC, [long])).report.verdict).toBe('pass')
  })

  test('of several services counts for an SLO what its own did, and says so', async () => {
    const other = instance('b', { service: 'other' })

    const { report } = await checked(SPEC, [instance('a'), other])

    expect(report.objectives[0]).toMatchObject({ good: 5, total: 5, verdict: 'pass' })
    expect(report.warnings).toContainEqual(
      expect.stringContaining("of the run's services harvest alone is counted, not other"),
    )
  })

  test('that loses its last line loses its end marker', async () => {
    const { report } = await checked(SPEC, [instance('a')], { edit: (lines) => lines.slice(0, -1) })

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
  })

  test('whose last line was cut loads all the same, and the place of the cut is a warning', async () => {
    const cut = (lines: string[]): string[] => [
      ...lines.slice(0, -1),
      lines.at(-1)?.slice(0, 200) ?? '',
    ]

    const { report } = await checked(SPEC, [instance('a')], { edit: cut })

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
    expect(report.warnings).toEqual([expect.stringMatching(/^0\.metrics\.jsonl:3: /u)])
  })

  test('with a corrupt line in its middle is whole, and the line a warning', async () => {
    const { report } = await checked(SPEC, [instance('a')], {
      edit: ([first = '', , last = '']) => [first, '{"resourceMetrics":', last],
    })

    expect(report).toMatchObject({ verdict: 'pass', run: { complete: true } })
    expect(report.objectives).toMatchObject([{ total: 5 }])
    expect(report.warnings).toEqual([expect.stringMatching(/^0\.metrics\.jsonl:2: /u)])
  })
})

describe('a file of several instances', () => {
  const collected = (cut: (lines: string[]) => string[]): Promise<Checked> =>
    checked(SPEC, [instance('a')], {
      edit: (lines) => [...otlpLines(instance('b')), ...cut(lines)],
    })

  test('that lost a line may have lost all that an instance wrote', async () => {
    const { report } = await collected(([first = '', ...rest]) => [...rest, first.slice(0, 300)])

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
    expect(report.objectives[0]?.reason).toBe(
      '0 of 10 missed, the target allows 1; so far: 1 line could not be read, and may have held the last that some instance wrote',
    )
  })

  test('is whole when every line was read', async () => {
    const { report } = await collected((lines) => lines)

    expect(report).toMatchObject({ verdict: 'pass', run: { complete: true } })
  })
})

describe('telemetry without a run id', () => {
  const foreign = instance('a', { runId: null, markers: 'none' })

  test('is one run of which nothing tells whether it is whole', async () => {
    const { report, steps } = await checked(SPEC, [foreign])

    expect(report).toMatchObject({ verdict: 'pass', run: { id: null, complete: null } })
    expect(report.warnings).toEqual([
      'the telemetry has no start and end markers, so nothing tells whether it is whole',
    ])
    expect(steps[0]?.sent).toBe(`sum(last_over_time(${LOOKUPS}[80s]))`)
  })

  test('cannot fill $run, and says where it stands', async () => {
    const spec = sloText({ indicator: ratio(`sum(${LOOKUPS}{resilience_run_id="$run"})`, LOOKUPS) })

    await expect(checked(spec, [foreign])).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_QUERY_INVALID',
      issues: [
        {
          file: 'slo.yaml',
          line: 13,
          message: 'the query `good`: `$run` cannot be filled: the telemetry carries no run id',
        },
      ],
    })
  })

  test('that was cut is not whole', async () => {
    const { report } = await checked(SPEC, [foreign], {
      edit: (lines) => [...lines.slice(0, -1), lines.at(-1)?.slice(0, 200) ?? ''],
    })

    expect(report).toMatchObject({ verdict: 'inconclusive', run: { complete: false } })
  })

  test('beside a run is not mixed into it by an expression that chooses none', async () => {
    const spec = sloText({ indicator: ratio(`sum(${LOOKUPS})`, LOOKUPS) })

    await expect(checked(spec, [instance('a'), foreign])).rejects.toMatchObject({
      issues: [{ message: expect.stringContaining('the data hold 2 runs') as string }],
    })
  })

  test('beside a run is no part of it', async () => {
    const { report } = await checked(SPEC, [instance('a'), foreign])

    expect(report).toMatchObject({ run: { id: RUN_ID, complete: true } })
    expect(report.objectives).toMatchObject([{ total: 5 }])
  })
})

describe('several runs in the data', () => {
  const truths = [
    instance('a', { runId: 'first' }),
    instance('b', { runId: 'second', start: START + 1000 }),
  ]

  test('want one of them chosen', async () => {
    await expect(sourceOf(truths)).rejects.toMatchObject({
      code: 'ERR_PLIMSOLL_USAGE',
      message: 'test data holds several runs (first, second); choose one with --run ID',
    })
    await expect(sourceOf(truths, { wantedRun: 'secnd' })).rejects.toThrow(
      'there is no run secnd in test data, which holds the runs first, second; did you mean second?',
    )
  })

  test('are told apart by their times', async () => {
    using first = await sourceOf(truths, { wantedRun: 'first' })
    using second = await sourceOf(truths, { wantedRun: 'second' })

    expect(first.scope).toMatchObject({ start: START, end: START + 30, others: ['second'] })
    expect(first.evaluationTime).toBe(START + 30)
    expect(second.scope).toMatchObject({ start: START + 1000, end: START + 1030 })
  })

  test('are not mixed by an expression that chooses none', async () => {
    const spec = sloText({ indicator: ratio(`sum(${LOOKUPS})`, LOOKUPS) })

    await expect(checked(spec, truths, { wantedRun: 'first' })).rejects.toMatchObject({
      issues: [
        {
          line: 13,
          column: 87,
          message:
            'the query `good`: the data hold 2 runs and this selector does not choose one; add {resilience_run_id="$run"}',
        },
      ],
    })
  })
})

test('several services make $service ambiguous', async () => {
  const spec = sloText({ indicator: ratio('sum(x{service_name="$service"})', LOOKUPS) })
  const truths = [instance('a'), instance('b', { service: 'other' })]

  await expect(checked(spec, truths)).rejects.toMatchObject({
    issues: [
      {
        message:
          'the query `good`: `$service` cannot be filled: the run has several services: harvest, other',
      },
    ],
  })
})

test('telemetry that the program could not deliver is a warning', async () => {
  const lost = {
    instrument: I.telemetryLost,
    attributes: { [A.signal.key]: 'traces', [A.lossReason.key]: 'size_cap' },
    value: 12,
  }
  const none = {
    ...lost,
    attributes: { [A.signal.key]: 'logs', [A.lossReason.key]: 'size_cap' },
    value: 0,
  }
  const truth = instance('a')

  const { report } = await checked(SPEC, [
    { ...truth, counters: [...(truth.counters ?? []), lost, none] },
  ])

  expect(report.verdict).toBe('pass')
  expect(report.warnings).toEqual([
    'telemetry was recorded and could not be delivered: 12 traces (size_cap)',
  ])
})

test('a metric beyond its cap of label sets is a warning', async () => {
  const overflow = {
    instrument: I.cacheLookups,
    attributes: { [A.metricOverflow.key]: 'true' },
    value: 3,
  }
  const truth = instance('a')

  const { report } = await checked(SPEC, [
    { ...truth, counters: [...(truth.counters ?? []), overflow] },
  ])

  expect(report.warnings).toEqual([
    `${LOOKUPS} has more label sets than its cap: those beyond it are counted without labels, so a selector by label is not exact`,
  ])
})

test('files without a metric are no data, and their first problems are told', async () => {
  const opened = sourceOf([instance('a')], { edit: () => ['{"resourceLogs":[]}', 'nonsense'] })

  await expect(opened).rejects.toThrow(SloCheckError)
  await expect(
    sourceOf([instance('a')], { edit: () => ['{"resourceLogs":[]}', 'nonsense'] }),
  ).rejects.toMatchObject({
    code: 'ERR_PLIMSOLL_RUN_NO_DATA',
    message: expect.stringMatching(
      /^test data has no data: its file holds 2 lines, 1 of them traces or logs, and no metric\n {2}0\.metrics\.jsonl:2: /u,
    ) as string,
  })
})

test('queries that do not parse are all named with their places in the spec, and nothing is judged', async () => {
  const spec = sloText({
    indicator: `
      ratioMetric:
        counter: true
        good:
          metricSource:
            spec:
              query: |
                sum(
                  increase(x{run="$run"}[$window]) + rte(y[$window])
                )
        total: { metricSource: { spec: { query: 'x{a="it''s" b="c"}' } } }`,
  })

  await expect(checked(spec, [instance('a')])).rejects.toMatchObject({
    code: 'ERR_PLIMSOLL_QUERY_INVALID',
    message: '2 queries are not valid',
    issues: [
      { line: 21, column: 54, message: 'the query `good`: unknown function with name "rte"' },
      {
        line: 23,
        column: 62,
        message: expect.stringContaining('unexpected identifier "b"') as string,
      },
    ],
  })
})

test('a placeholder that is none of ours is told with those that are', async () => {
  const spec = sloText({ indicator: ratio(`sum(increase(${LOOKUPS}[$range]))`, LOOKUPS) })

  await expect(checked(spec, [instance('a')])).rejects.toMatchObject({
    issues: [
      { message: expect.stringMatching(/; the placeholders are \$run, \$window and \$service$/u) },
    ],
  })
})

test.each([
  [`${LOOKUPS}[5m]`, 'gives a range of samples, not a number; put a function around it'],
  ['"text"', 'gives a string, not a number; put a function around it'],
])('the query %s has no value', async (query, message) => {
  await expect(
    checked(sloText({ indicator: ratio(LOOKUPS, query) }), [instance('a')]),
  ).rejects.toMatchObject({ issues: [{ message: `the query \`total\`: ${message}` }] })
})

test('the lines of the test truth are what they claim: cumulative, with markers', () => {
  const lines = otlpLines(instance('a')).map((line) => line.includes(I.runEndTime.name))

  expect(lines).toEqual([false, false, true])
  expect(otlpLines(instance('a'))[0]).toContain(A.runId.key)
})
