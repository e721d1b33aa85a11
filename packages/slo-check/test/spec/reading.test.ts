import { parseSpecs, type Objective } from '@plimsoll/slo-check'
import { expect, test } from 'vitest'
import { badRatio, ratio, raw, sloText, threshold } from '../spec-text.ts'

function objectivesOf(text: string): readonly Objective[] {
  return parseSpecs([{ name: 'slo.yaml', text }]).objectives
}

test('a ratio has its queries, their places and its target', () => {
  const [objective] = objectivesOf(sloText({ indicator: ratio('up', 'all') }))

  expect(objective).toMatchObject({
    slo: 'promise',
    objective: 'objective 1',
    kind: 'ratio',
    shape: 'good',
    counter: true,
    target: 0.9,
    noData: 'no_data',
    minSamples: 0,
    unit: null,
    part: { role: 'good', text: 'up', place: { file: 'slo.yaml', line: 13, column: 83 } },
    total: { role: 'total', text: 'all' },
  })
})

test('a ratio may be of bad events, or be given by a query', () => {
  const [bad] = objectivesOf(sloText({ indicator: badRatio('down', 'all') }))
  const [given] = objectivesOf(sloText({ indicator: raw('share', 'failure') }))

  expect(bad).toMatchObject({ kind: 'ratio', shape: 'bad', part: { role: 'bad', text: 'down' } })
  expect(given).toMatchObject({ shape: 'raw', rawType: 'failure', raw: { text: 'share' } })
})

test('a target in percent is the decimal that it looks like', () => {
  const targets = ['99.9', '99.99', '28.7', '57'].map((percent) => {
    const [objective] = objectivesOf(sloText({ objective: `{ targetPercent: ${percent} }` }))
    return objective?.kind === 'ratio' ? objective.target : undefined
  })

  expect(targets).toEqual([0.999, 0.9999, 0.287, 0.57])
})

test.each(['count', 'rate', 'threshold'] as const)(
  'a %s has a limit, and its target is noted as idle',
  (kind) => {
    const text = sloText({
      annotations: kind === 'threshold' ? '{}' : `{ plimsoll.dev/kind: ${kind} }`,
      objective: '{ op: lt, value: -2.5, target: 0.9 }',
      indicator: threshold('x'),
    })

    const specs = parseSpecs([{ name: 'slo.yaml', text }])

    expect(specs.objectives).toMatchObject([{ kind, op: 'lt', limit: -2.5, query: { text: 'x' } }])
    expect(specs.notes).toEqual([
      `\`target\` has no effect on a ${kind}, which is held against \`value\` alone: promise`,
    ])
  },
)

test('the quantile of a percentile is its annotation, else its target', () => {
  const quantiles = [
    '{ plimsoll.dev/kind: percentile }',
    '{ plimsoll.dev/kind: percentile, plimsoll.dev/quantile: "0.5" }',
  ].map((annotations) => {
    const text = sloText({
      annotations,
      objective: '{ op: lte, value: 3, target: 0.95 }',
      indicator: threshold('x_bucket'),
    })
    const { objectives, notes } = parseSpecs([{ name: 'slo.yaml', text }])
    return [objectives[0]?.kind === 'percentile' && objectives[0].quantile, notes]
  })

  expect(quantiles).toEqual([
    [0.95, []],
    [0.5, ['promise: the quantile is 0.5, as its annotation says; `target` (0.95) has no effect']],
  ])
})

test('annotations give the minimum, the rule for no data and the unit; those of others are left alone', () => {
  const annotations =
    '{ plimsoll.dev/min-samples: "20", plimsoll.dev/no-data: fail, plimsoll.dev/unit: "x/s", other.dev/kind: any }'

  expect(objectivesOf(sloText({ annotations }))).toMatchObject([
    { minSamples: 20, noData: 'fail', unit: 'x/s' },
  ])
})

test('each objective is one promise, named by itself, else by an SLO that has no other', () => {
  const two = sloText({ objective: '{ displayName: gold, target: 0.9 }, { target: 0.5 }' })
  const named = sloText().replace('name: promise', 'name: promise\n  displayName: The promise')

  expect(objectivesOf(two).map(({ objective }) => objective)).toEqual(['gold', 'objective 2'])
  expect(objectivesOf(named).map(({ objective }) => objective)).toEqual(['The promise'])
})

test('an indicator may be a document of its own, in another file and after those that use it', () => {
  const slo = sloText().replace(/ {2}indicator:[^]*/u, '  indicatorRef: shared\n')
  const sli = `apiVersion: openslo/v1\nkind: SLI\nmetadata: { name: shared }\nspec: ${ratio('a', 'b')}\n`

  const specs = parseSpecs([
    { name: 'slo.yaml', text: `${slo}---\n${slo.replace('promise', 'second')}` },
    { name: 'sli.yaml', text: sli },
  ])

  expect(specs.files).toEqual(['slo.yaml', 'sli.yaml'])
  expect(specs.objectives.map(({ slo: name }) => name)).toEqual(['promise', 'second'])
  expect(specs.objectives[1]).toMatchObject({ part: { text: 'a', place: { file: 'sli.yaml' } } })
})

test('anchors and aliases are followed', () => {
  const text = sloText({
    indicator:
      '{ ratioMetric: { counter: true, good: &m { metricSource: { spec: { query: x } } }, total: *m } }',
  })

  expect(objectivesOf(text)).toMatchObject([{ part: { text: 'x' }, total: { text: 'x' } }])
})

test('kinds of OpenSLO that mean nothing to a verdict are noted', () => {
  const text = `${sloText()}---\napiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: { name: x }\nspec: {}\n`

  expect(parseSpecs([{ name: 'slo.yaml', text }]).notes).toEqual([
    'slo.yaml:15: a document of kind AlertPolicy has no effect on a verdict',
  ])
})

test('a calendar window is valid: the run takes its place', () => {
  const text = sloText().replace(
    'isRolling: true',
    'isRolling: false, calendar: { startTime: "2026-01-01 00:00:00", timeZone: Europe/Berlin }',
  )

  expect(objectivesOf(text)).toHaveLength(1)
})
