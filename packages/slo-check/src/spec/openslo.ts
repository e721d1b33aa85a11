import {
  anything,
  boolean,
  listOf,
  mapOf,
  number,
  oneOf,
  optional,
  record,
  required,
  scalarText,
  text,
  type ReadBy,
} from './readers.ts'

// The fields of OpenSLO v1 (https://github.com/OpenSLO/OpenSLO, "Object kinds"), as its schema closes them.

export const API_VERSION = 'openslo/v1'

/** Kinds that we read, and those that belong to the format and mean nothing to a verdict. */
export const READ_KINDS = ['SLO', 'SLI'] as const
export const IGNORED_KINDS = [
  'Service',
  'DataSource',
  'AlertPolicy',
  'AlertCondition',
  'AlertNotificationTarget',
] as const

const rfc1123 = text((value) =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/u.test(value)
    ? undefined
    : 'must be a name of RFC 1123: 1 to 63 lower-case letters, digits and dashes, not a dash at either end',
)
const filled = text((value) => (value === '' ? 'must not be empty' : undefined))
const description = text((value) =>
  value.length <= 1050 ? undefined : `must have at most 1050 characters, has ${value.length}`,
)
const duration = text((value) =>
  /^[1-9]\d*[mhdwMQY]$/u.test(value)
    ? undefined
    : 'must be a whole number and one of m, h, d, w, M, Q, Y, such as 28d',
)
const share = number((value) =>
  value >= 0 && value < 1 ? undefined : `must be at least 0 and below 1${shareAdvice(value)}`,
)
function shareAdvice(value: number): string {
  if (value === 1)
    return ' (to allow no bad event at all, write an SLO that counts them: at most 0)'
  return value > 1 && value < 100 ? ' (percent go into `targetPercent`)' : ''
}
const percent = number((value) =>
  value >= 0 && value < 100 ? undefined : 'must be at least 0 and below 100',
)

const metadata = record({
  name: required(rfc1123),
  displayName: optional(filled),
  labels: optional(mapOf(anything())),
  annotations: optional(mapOf(text())),
})

const metric = record({
  metricSource: required(
    record({
      metricSourceRef: optional(rfc1123),
      type: optional(filled),
      // The format leaves this mapping to the source; `query` is what Prometheus needs.
      spec: required(record({ query: required(scalarText()) }, 'open')),
    }),
  ),
})

const indicatorSpec = record({
  description: optional(description),
  thresholdMetric: optional(metric),
  ratioMetric: optional(
    record({
      counter: optional(boolean()),
      good: optional(metric),
      bad: optional(metric),
      total: optional(metric),
      rawType: optional(oneOf(['success', 'failure'])),
      raw: optional(metric),
    }),
  ),
})

const indicator = record({ metadata: required(metadata), spec: required(indicatorSpec) })

const objective = record({
  displayName: optional(filled),
  op: optional(oneOf(['lte', 'lt', 'gte', 'gt'])),
  value: optional(number()),
  target: optional(share),
  targetPercent: optional(percent),
  timeSliceTarget: optional(anything()),
  timeSliceWindow: optional(anything()),
  indicator: optional(anything()),
  indicatorRef: optional(anything()),
  compositeWeight: optional(anything()),
})

const timeWindow = record({
  duration: required(duration),
  isRolling: optional(boolean()),
  calendar: optional(record({ startTime: required(filled), timeZone: required(filled) })),
})

const sloSpec = record({
  description: optional(description),
  service: required(rfc1123),
  indicator: optional(indicator),
  indicatorRef: optional(rfc1123),
  timeWindow: required(listOf(timeWindow), 'timeWindow: [{ duration: 28d, isRolling: true }]'),
  budgetingMethod: required(
    oneOf(['Occurrences', 'Timeslices', 'RatioTimeslices']),
    'budgetingMethod: Occurrences',
  ),
  objectives: required(listOf(objective)),
  alertPolicies: optional(listOf(anything())),
})

/** Which document is it? Read before its fields, so that a foreign version yields one error and not twenty. */
export const readHeader = record(
  {
    apiVersion: required(filled, `apiVersion: ${API_VERSION}`),
    kind: required(filled, 'kind: SLO'),
  },
  'open',
)

export const readSli = record({
  apiVersion: required(filled),
  kind: required(filled),
  metadata: required(metadata),
  spec: required(indicatorSpec),
})

export const readSlo = record({
  apiVersion: required(filled),
  kind: required(filled),
  metadata: required(metadata),
  spec: required(sloSpec),
})

export type MetadataFields = ReadBy<typeof metadata>
export type MetricFields = ReadBy<typeof metric>
export type IndicatorFields = ReadBy<typeof indicatorSpec>
export type ObjectiveFields = ReadBy<typeof objective>
export type SloFields = ReadBy<typeof readSlo>
export type SliFields = ReadBy<typeof readSli>
