import { SloCheckError, parseSpecs } from '@plimsoll/slo-check'
import { describe, expect, test } from 'vitest'
import { faultsOf } from '../spec-faults.ts'
import { ratio, sloText, threshold } from '../spec-text.ts'

/** A valid document with one line replaced. */
function edited(line: string, replacement: string): string {
  const text = sloText()
  expect(text).toContain(line)
  return text.replace(line, replacement)
}

const METRIC = '{ metricSource: { spec: { query: x } } }'

const FAULTS: readonly [what: string, text: string, faults: readonly string[]][] = [
  [
    'an empty file',
    '',
    ['slo.yaml:1:1: holds no SLO: write a document with `apiVersion: openslo/v1` and `kind: SLO`'],
  ],
  [
    'a file of comments',
    '# nothing\n---\n',
    ['slo.yaml:1:1: holds no SLO: write a document with `apiVersion: openslo/v1` and `kind: SLO`'],
  ],
  [
    'text in place of a document',
    'hello\n',
    ['slo.yaml:1:1: the document must be a mapping, got the text "hello"'],
  ],
  [
    'a list in place of a document',
    '- a\n',
    ['slo.yaml:1:1: the document must be a mapping, got a list'],
  ],
  [
    'broken YAML',
    'apiVersion: "openslo/v1\nkind: SLO\n',
    ['slo.yaml:3:1: not valid YAML: missing closing "quote'],
  ],
  [
    'a field given twice',
    edited('kind: SLO', 'kind: SLO\nkind: SLO'),
    ['slo.yaml:3:1: not valid YAML: map keys must be unique'],
  ],
  [
    'no apiVersion',
    edited('apiVersion: openslo/v1\n', ''),
    ['slo.yaml:1:1: `apiVersion` is missing'],
  ],
  ['no kind', edited('kind: SLO\n', ''), ['slo.yaml:1:1: `kind` is missing']],
  [
    'version v1alpha',
    edited('openslo/v1', 'openslo/v1alpha'),
    [
      'slo.yaml:1:13: `apiVersion` is OpenSLO v1alpha; slo-check reads `openslo/v1`: convert the document to it',
    ],
  ],
  [
    'version v2alpha',
    edited('openslo/v1', 'openslo.com/v2alpha'),
    [
      'slo.yaml:1:13: `apiVersion` is OpenSLO v2alpha; slo-check reads `openslo/v1`: convert the document to it',
    ],
  ],
  [
    'the version of another format',
    edited('openslo/v1', 'prometheus/v1'),
    [
      'slo.yaml:1:13: `apiVersion` is "prometheus/v1"; slo-check reads `openslo/v1`: convert the document to it',
    ],
  ],
  [
    'an unknown kind',
    edited('kind: SLO', 'kind: SLOs'),
    [
      'slo.yaml:2:7: `kind` must be one of SLO, SLI, Service, DataSource, AlertPolicy, AlertCondition, AlertNotificationTarget, got "SLOs"; did you mean `SLO`?',
    ],
  ],
  [
    'an unknown field at the top',
    edited('kind: SLO', 'kind: SLO\nstatus: new'),
    ['slo.yaml:3:1: unknown field `status` in the document'],
  ],
  [
    'a name in capitals',
    edited('  name: promise', '  name: Promise'),
    [
      'slo.yaml:4:9: `metadata.name` must be a name of RFC 1123: 1 to 63 lower-case letters, digits and dashes, not a dash at either end, got "Promise"',
    ],
  ],
  [
    'a name that ends in a dash',
    edited('  name: promise', '  name: promise-'),
    [
      'slo.yaml:4:9: `metadata.name` must be a name of RFC 1123: 1 to 63 lower-case letters, digits and dashes, not a dash at either end, got "promise-"',
    ],
  ],
  [
    'a name that is a number',
    edited('  name: promise', '  name: 7'),
    ['slo.yaml:4:9: `metadata.name` must be text in quotes, got the number 7: write "7"'],
  ],
  [
    'a misspelled field',
    edited('  service: harvest', '  servise: harvest'),
    [
      'slo.yaml:7:3: unknown field `servise` in `spec`; did you mean `service`?',
      'slo.yaml:7:3: `spec.service` is missing',
    ],
  ],
  [
    'a field without its value',
    edited('  service: harvest', '  service:'),
    ['slo.yaml:7:3: `spec.service` must be text, got nothing'],
  ],
  [
    'no time window',
    edited('  timeWindow: [{ duration: 28d, isRolling: true }]\n', ''),
    ['slo.yaml:7:3: `spec.timeWindow` is missing'],
  ],
  [
    'an empty list of time windows',
    edited('[{ duration: 28d, isRolling: true }]', '[]'),
    ['slo.yaml:8:15: `spec.timeWindow` must hold exactly one window, has 0'],
  ],
  [
    'two time windows',
    edited(
      '[{ duration: 28d, isRolling: true }]',
      '[{ duration: 28d, isRolling: true }, { duration: 1d, isRolling: true }]',
    ),
    ['slo.yaml:8:15: `spec.timeWindow` must hold exactly one window, has 2'],
  ],
  [
    'a time window that is no list',
    edited('[{ duration: 28d, isRolling: true }]', '28d'),
    ['slo.yaml:8:15: `spec.timeWindow` must be a list, got the text "28d"'],
  ],
  [
    'a duration of seconds',
    edited('28d', '90s'),
    [
      'slo.yaml:8:28: `spec.timeWindow[0].duration` must be a whole number and one of m, h, d, w, M, Q, Y, such as 28d, got "90s"',
    ],
  ],
  [
    'a calendar in a rolling window',
    edited(
      'isRolling: true',
      'isRolling: true, calendar: { startTime: 2026-01-01 00:00:00, timeZone: UTC }',
    ),
    ['slo.yaml:8:60: a rolling window has no `calendar`'],
  ],
  [
    'a window that neither rolls nor has a calendar',
    edited(', isRolling: true', ''),
    ['slo.yaml:8:16: the window needs `isRolling: true`, or a `calendar`'],
  ],
  [
    'a misspelled budgeting method',
    edited('Occurrences', 'Occurences'),
    [
      'slo.yaml:9:20: `spec.budgetingMethod` must be one of Occurrences, Timeslices, RatioTimeslices, got "Occurences"; did you mean `Occurrences`?',
    ],
  ],
  [
    'time slices',
    edited('Occurrences', 'Timeslices'),
    [
      'slo.yaml:9:20: `spec.budgetingMethod` Timeslices is not supported: slo-check counts `Occurrences`',
    ],
  ],
  [
    'no objective',
    edited('[{ target: 0.9 }]', '[]'),
    ['slo.yaml:10:15: `spec.objectives` needs at least one objective'],
  ],
  [
    'an objective without a target',
    edited('{ target: 0.9 }', '{ displayName: x }'),
    ['slo.yaml:10:16: `spec.objectives[0].target` is missing'],
  ],
  [
    'a target in percent',
    edited('0.9', '99.5'),
    [
      'slo.yaml:10:26: `spec.objectives[0].target` must be at least 0 and below 1 (percent go into `targetPercent`), got 99.5',
    ],
  ],
  [
    'a target of 1',
    edited('0.9', '1'),
    ['slo.yaml:10:26: `spec.objectives[0].target` must be at least 0 and below 1, got 1'],
  ],
  [
    'a negative target',
    edited('0.9', '-0.1'),
    ['slo.yaml:10:26: `spec.objectives[0].target` must be at least 0 and below 1, got -0.1'],
  ],
  [
    'a target that is text',
    edited('0.9', '"0.9"'),
    ['slo.yaml:10:26: `spec.objectives[0].target` must be a number, got the text "0.9"'],
  ],
  [
    'a target that is not a number',
    edited('0.9', '.nan'),
    ['slo.yaml:10:26: `spec.objectives[0].target` must be a finite number, got NaN'],
  ],
  [
    'two targets',
    edited('target: 0.9', 'target: 0.9, targetPercent: 90'),
    ['slo.yaml:10:46: an objective has `target` or `targetPercent`, not both'],
  ],
  [
    'a percentage of 100',
    edited('target: 0.9', 'targetPercent: 100'),
    [
      'slo.yaml:10:33: `spec.objectives[0].targetPercent` must be at least 0 and below 100, got 100',
    ],
  ],
  [
    'a limit for a ratio',
    edited('target: 0.9', 'target: 0.9, op: lte, value: 3'),
    [
      'slo.yaml:10:35: `spec.objectives[0].op` is for a `thresholdMetric`; a ratio is held against its `target`',
      'slo.yaml:10:47: `spec.objectives[0].value` is for a `thresholdMetric`; a ratio is held against its `target`',
    ],
  ],
  [
    'a composite objective',
    edited('target: 0.9', 'target: 0.9, compositeWeight: 2'),
    [
      'slo.yaml:10:48: `spec.objectives[0].compositeWeight`: composite SLOs are not supported; write SLOs of their own',
    ],
  ],
  [
    'a threshold without its limit',
    sloText({ indicator: threshold('x') }),
    [
      'slo.yaml:10:16: `spec.objectives[0].op` is missing: a `thresholdMetric` is held against it',
      'slo.yaml:10:16: `spec.objectives[0].value` is missing: a `thresholdMetric` is held against it',
    ],
  ],
  [
    'an operator that is none',
    sloText({ indicator: threshold('x'), objective: '{ op: le, value: 1, target: 0.5 }' }),
    [
      'slo.yaml:10:22: `spec.objectives[0].op` must be one of lte, lt, gte, gt, got "le"; did you mean `lte`?',
    ],
  ],
  [
    'neither indicator nor reference',
    sloText().replace(/ {2}indicator:[^]*/u, ''),
    ['slo.yaml:7:3: `spec.indicator` is missing: give it, or an `indicatorRef`'],
  ],
  [
    'indicator and reference',
    `${sloText()}  indicatorRef: other\n`,
    ['slo.yaml:14:17: an SLO has `indicator` or `indicatorRef`, not both'],
  ],
  [
    'a reference to nothing',
    sloText().replace(/ {2}indicator:[^]*/u, '  indicatorRef: promis\n'),
    ['slo.yaml:11:17: there is no SLI named `promis` in the files given'],
  ],
  [
    'an indicator of nothing',
    sloText({ indicator: '{}' }),
    ['slo.yaml:13:11: `spec.indicator.spec` needs `thresholdMetric` or `ratioMetric`'],
  ],
  [
    'an indicator of both kinds',
    sloText({
      indicator: `{ thresholdMetric: ${METRIC}, ratioMetric: { counter: true, good: ${METRIC}, total: ${METRIC} } }`,
    }),
    ['slo.yaml:13:11: `spec.indicator.spec` has `thresholdMetric` or `ratioMetric`, not both'],
  ],
  [
    'a ratio without total',
    sloText({ indicator: `{ ratioMetric: { counter: true, good: ${METRIC} } }` }),
    ['slo.yaml:13:26: `spec.indicator.spec.ratioMetric` needs `total`'],
  ],
  [
    'a ratio of a total alone',
    sloText({ indicator: `{ ratioMetric: { counter: true, total: ${METRIC} } }` }),
    ['slo.yaml:13:26: `spec.indicator.spec.ratioMetric` needs `good` or `bad`, or `raw`'],
  ],
  [
    'a ratio that does not say whether it counts',
    sloText({ indicator: `{ ratioMetric: { good: ${METRIC}, total: ${METRIC} } }` }),
    [
      'slo.yaml:13:26: `spec.indicator.spec.ratioMetric` needs `counter`: true when its queries are counters',
    ],
  ],
  [
    'a ratio of good and bad',
    sloText({
      indicator: `{ ratioMetric: { counter: true, good: ${METRIC}, bad: ${METRIC}, total: ${METRIC} } }`,
    }),
    ['slo.yaml:13:96: `spec.indicator.spec.ratioMetric` has `good` or `bad`, not both'],
  ],
  [
    'a raw ratio without its type',
    sloText({ indicator: `{ ratioMetric: { raw: ${METRIC} } }` }),
    [
      'slo.yaml:13:26: `spec.indicator.spec.ratioMetric` has `raw` and needs `rawType`: success or failure',
    ],
  ],
  [
    'a raw ratio beside counts',
    sloText({
      indicator: `{ ratioMetric: { raw: ${METRIC}, rawType: success, total: ${METRIC} } }`,
    }),
    [
      'slo.yaml:13:100: `spec.indicator.spec.ratioMetric` has `raw`, or `good` or `bad` with `total`, not both',
    ],
  ],
  [
    'counter as text',
    sloText({
      indicator: `{ ratioMetric: { counter: "true", good: ${METRIC}, total: ${METRIC} } }`,
    }),
    [
      'slo.yaml:13:37: `spec.indicator.spec.ratioMetric.counter` must be `true` or `false`, got the text "true"',
    ],
  ],
  [
    'a metric source without query',
    sloText({ indicator: '{ thresholdMetric: { metricSource: { spec: { promql: x } } } }' }),
    ['slo.yaml:13:54: `spec.indicator.spec.thresholdMetric.metricSource.spec.query` is missing'],
  ],
  [
    'an empty query',
    sloText({ indicator: threshold(' ') }),
    [
      'slo.yaml:13:63: `spec.indicator.spec.thresholdMetric.metricSource.spec.query` must be a query, got the text " "',
    ],
  ],
  [
    'a metric source of another type',
    sloText({
      objective: '{ op: lt, value: 1, target: 0.5 }',
      indicator: '{ thresholdMetric: { metricSource: { type: Datadog, spec: { query: x } } } }',
    }),
    ['slo.yaml:13:54: the type of a metric source must be `Prometheus`, got "Datadog"'],
  ],
  [
    'an unknown annotation of ours',
    sloText({ annotations: '{ plimsoll.dev/min-sample: "20" }' }),
    [
      'slo.yaml:5:18: unknown annotation `plimsoll.dev/min-sample`; did you mean `plimsoll.dev/min-samples`?',
    ],
  ],
  [
    'an annotation that is a number',
    sloText({ annotations: '{ plimsoll.dev/min-samples: 20 }' }),
    [
      'slo.yaml:5:44: `metadata.annotations.plimsoll.dev/min-samples` must be text in quotes, got the number 20: write "20"',
    ],
  ],
  [
    'a minimum of none',
    sloText({ annotations: '{ plimsoll.dev/min-samples: "0" }' }),
    [
      'slo.yaml:5:44: the annotation `plimsoll.dev/min-samples` must be a whole number of at least 1, such as "20", got "0"',
    ],
  ],
  [
    'an unknown rule for no data',
    sloText({ annotations: '{ plimsoll.dev/no-data: ok }' }),
    [
      'slo.yaml:5:40: the annotation `plimsoll.dev/no-data` must be one of no_data, pass, fail, inconclusive, got "ok"',
    ],
  ],
  [
    'a kind on a ratio',
    sloText({ annotations: '{ plimsoll.dev/kind: count }' }),
    [
      'slo.yaml:5:37: `plimsoll.dev/kind: count` needs a `thresholdMetric`, the indicator is a `ratioMetric`',
    ],
  ],
  [
    'a quantile of a ratio',
    sloText({ annotations: '{ plimsoll.dev/quantile: "0.5" }' }),
    ['slo.yaml:5:41: `plimsoll.dev/quantile` needs `plimsoll.dev/kind: percentile`'],
  ],
  [
    'a quantile in percent',
    sloText({
      annotations: '{ plimsoll.dev/kind: percentile, plimsoll.dev/quantile: "95" }',
      indicator: threshold('x'),
      objective: '{ op: lt, value: 1, target: 0.5 }',
    }),
    [
      'slo.yaml:5:72: the annotation `plimsoll.dev/quantile` must be a number above 0 and below 1, such as "0.95", got "95"',
    ],
  ],
  [
    'a percentile at 0',
    sloText({
      annotations: '{ plimsoll.dev/kind: percentile }',
      indicator: threshold('x'),
      objective: '{ op: lt, value: 1, target: 0 }',
    }),
    ['slo.yaml:10:44: the `target` of a percentile is its quantile and must be above 0'],
  ],
  [
    'a minimum of samples where none are counted',
    sloText({
      annotations: '{ plimsoll.dev/min-samples: "3" }',
      indicator: threshold('x'),
      objective: '{ op: lt, value: 1, target: 0.5 }',
    }),
    [
      'slo.yaml:5:44: `plimsoll.dev/min-samples` is for ratios of events, percentiles and rates: there is nothing to count here',
    ],
  ],
  [
    'our annotation on the indicator',
    sloText().replace(
      'metadata: { name: promise }',
      'metadata: { name: promise, annotations: { plimsoll.dev/kind: rate } }',
    ),
    [
      'slo.yaml:12:47: `plimsoll.dev/kind` belongs to the metadata of the SLO, not of its indicator',
    ],
  ],
]

describe('a fault is named with its file, line and column:', () => {
  test.each(FAULTS)('%s', (_what, text, faults) => {
    expect(faultsOf([{ name: 'slo.yaml', text }])).toEqual(faults)
  })
})

test('all faults of all files are told at once, those of a file in its order', () => {
  const first = sloText({ objective: '{ target: 2 }', indicator: '{}' })
  const second = sloText({ name: 'Other' })

  const faults = faultsOf([
    { name: 'a.yaml', text: first },
    { name: 'b.yaml', text: second },
  ])

  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'a.yaml:10:26:',
    'a.yaml:13:11:',
    'b.yaml:4:9:',
    'b.yaml:12:23:',
  ])
})

test('an SLO that two files define is named with the place of the first', () => {
  const faults = faultsOf([
    { name: 'a.yaml', text: sloText() },
    { name: 'b.yaml', text: sloText() },
  ])

  expect(faults).toEqual(['b.yaml:4:9: the SLO `promise` is already defined at a.yaml:4:9'])
})

test('an SLI defined twice is named with the place of the first', () => {
  const sli = `apiVersion: openslo/v1\nkind: SLI\nmetadata: { name: same }\nspec: ${ratio('a', 'b')}\n`

  const faults = faultsOf([{ name: 'slo.yaml', text: `${sli}---\n${sli}---\n${sloText()}` }])

  expect(faults).toEqual(['slo.yaml:8:19: the SLI `same` is already defined at slo.yaml:3:19'])
})

test('an empty file beside a good one is a mistake', () => {
  const faults = faultsOf([
    { name: 'a.yaml', text: sloText() },
    { name: 'b.yaml', text: '' },
  ])

  expect(faults).toEqual([
    'b.yaml:1:1: holds no SLO: write a document with `apiVersion: openslo/v1` and `kind: SLO`',
  ])
})

test('the error has a code and counts the faults', () => {
  const files = [{ name: 'slo.yaml', text: sloText({ objective: '{ target: 2 }', name: 'A' }) }]

  expect(() => parseSpecs(files)).toThrow(SloCheckError)
  expect(() => parseSpecs(files)).toThrow(
    expect.objectContaining({
      code: 'ERR_PLIMSOLL_SPEC_INVALID',
      message: 'slo.yaml is not valid OpenSLO v1: 3 faults',
    }),
  )
})
