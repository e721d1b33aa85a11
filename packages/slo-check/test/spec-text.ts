/** A spec document in few words, for tests of one thing. */
export interface SloWords {
  readonly name?: string
  /** YAML flow mappings and scalars. */
  readonly annotations?: string
  readonly objective?: string
  /** The `spec` of the inline indicator. */
  readonly indicator?: string
  /** The duration of its time window. */
  readonly period?: string
}

export function sloText(words: SloWords = {}): string {
  const { name = 'promise', annotations = '{}', objective = '{ target: 0.9 }' } = words
  const { indicator = ratio('good_total', 'all_total'), period = '28d' } = words
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ${name}
  annotations: ${annotations}
spec:
  service: harvest
  timeWindow: [{ duration: ${period}, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [${objective}]
  indicator:
    metadata: { name: ${name} }
    spec: ${indicator}
`
}

export function ratio(good: string, total: string, counter = true): string {
  return `{ ratioMetric: { counter: ${counter}, good: ${metric(good)}, total: ${metric(total)} } }`
}

export function badRatio(bad: string, total: string): string {
  return `{ ratioMetric: { counter: true, bad: ${metric(bad)}, total: ${metric(total)} } }`
}

export function raw(query: string, rawType: 'success' | 'failure'): string {
  return `{ ratioMetric: { raw: ${metric(query)}, rawType: ${rawType} } }`
}

export function threshold(query: string): string {
  return `{ thresholdMetric: ${metric(query)} }`
}

function metric(query: string): string {
  return `{ metricSource: { spec: { query: ${JSON.stringify(query)} } } }`
}

/** A valid document with one line replaced. */
export function edited(line: string, replacement: string): string {
  const text = sloText()
  if (!text.includes(line)) throw new Error(`the document has no ${line}`)
  return text.replace(line, replacement)
}
