import { edited, sloText } from '../spec-text.ts'

/** Faults of documents and of their fields. */
export const DOCUMENT_FAULTS: readonly (readonly [
  what: string,
  text: string,
  faults: readonly string[],
])[] = [
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
    'tabs in place of spaces, whose consequences are not told',
    edited('  service: harvest', '\tservice: harvest').replaceAll('\n  ', '\n\t'),
    ['slo.yaml:4:1: not valid YAML: tabs are not allowed as indentation'],
  ],
  [
    'a line too far to the right',
    edited('  service: harvest', '  service: harvest\n    timeWindow: []'),
    [
      'slo.yaml:7:12: not valid YAML: nested mappings are not allowed in compact mappings; is the indentation right?',
    ],
  ],
  [
    'an alias of nothing',
    edited('  service: harvest', '  service: *name'),
    ['slo.yaml:7:12: `spec.service` must be text, got an alias of nothing'],
  ],
  [
    'a query without quotes that begins with a brace',
    sloText({
      indicator: '{ thresholdMetric: { metricSource: { spec: { query: {error_type: ""} } } } }',
      objective: '{ op: lte, value: 1, target: 0.9 }',
    }),
    [
      'slo.yaml:13:63: `spec.indicator.spec.thresholdMetric.metricSource.spec.query` must be text, got a mapping: put it in quotes',
    ],
  ],
  [
    'a field given twice',
    edited('kind: SLO', 'kind: SLO\nkind: SLO'),
    ['slo.yaml:3:1: not valid YAML: map keys must be unique'],
  ],
  [
    'no apiVersion',
    edited('apiVersion: openslo/v1\n', ''),
    ['slo.yaml:1:1: `apiVersion` is missing: write `apiVersion: openslo/v1`'],
  ],
  ['no kind', edited('kind: SLO\n', ''), ['slo.yaml:1:1: `kind` is missing: write `kind: SLO`']],
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
    [
      'slo.yaml:7:3: `spec.timeWindow` is missing: write `timeWindow: [{ duration: 28d, isRolling: true }]`',
    ],
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
]
