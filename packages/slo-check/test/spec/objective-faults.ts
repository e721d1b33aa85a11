import { edited, sloText, threshold } from '../spec-text.ts'

const METRIC = '{ metricSource: { spec: { query: x } } }'

/** Faults of objectives, indicators and annotations. */
export const OBJECTIVE_FAULTS: readonly (readonly [
  what: string,
  text: string,
  faults: readonly string[],
])[] = [
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
    [
      'slo.yaml:10:26: `spec.objectives[0].target` must be at least 0 and below 1 (to allow no bad event at all, write an SLO that counts them: at most 0), got 1',
    ],
  ],
  [
    'a negative target',
    edited('0.9', '-0.1'),
    ['slo.yaml:10:26: `spec.objectives[0].target` must be at least 0 and below 1, got -0.1'],
  ],
  [
    'a target that is text',
    edited('0.9', '"0.9"'),
    [
      'slo.yaml:10:26: `spec.objectives[0].target` must be a number, got the text "0.9": leave out the quotes',
    ],
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
