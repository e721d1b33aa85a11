import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import type { CollectedScope } from '@plimsoll/telemetry'

/** Labels by name. One that is empty is no label. */
export type Labels = Map<string, string>

const SERVICE_NAMESPACE = 'service.namespace'
const IDENTITY: readonly string[] = [
  SERVICE_NAMESPACE,
  ATTRIBUTES.serviceName.key,
  ATTRIBUTES.serviceInstanceId.key,
]
/** Attributes of the resource that every series carries: those that the embedded engine and the Prometheus of the pipeline promote. */
const PROMOTED: readonly string[] = [
  ATTRIBUTES.runId.key,
  ATTRIBUTES.serviceName.key,
  ATTRIBUTES.serviceVersion.key,
  'deployment.environment.name',
]

/** What all series of one instance share. */
export interface ResourceLabels {
  /** `job` and `instance`, as Prometheus's OTLP receiver and the Collector make them. */
  readonly identity: Labels
  readonly promoted: Labels
  /** Labels of `target_info`; undefined when there is no more to tell than the identity. */
  readonly info: Labels | undefined
}

export function resourceLabels(resource: Attributes): ResourceLabels {
  const [namespace = '', name = '', instance = ''] = IDENTITY.map((key) =>
    text(resource[key] ?? ''),
  )
  const job = namespace === '' || name === '' ? name : `${namespace}/${name}`
  const identity = withoutEmpty({ job, instance })
  const pick = (wanted: (key: string) => boolean): Attributes =>
    Object.fromEntries(Object.entries(resource).filter(([key]) => wanted(key)))
  const others = pick((key) => !IDENTITY.includes(key))
  return {
    identity,
    promoted: attributeLabels(pick((key) => PROMOTED.includes(key))),
    info:
      Object.keys(others).length === 0 || identity.size === 0
        ? undefined
        : new Map([...attributeLabels(others), ...identity]),
  }
}

/**
 * `a="1",b="2"`: makes the labels of points of one scope. What the program calls `job`, or `le` of a histogram, does not
 * stand beside ours, for a label that comes twice costs the server the whole scrape.
 */
export function pointLabels(
  scope: CollectedScope['scope'],
  { identity, promoted }: ResourceLabels,
): (attributes: Readonly<Attributes>, ofBuckets: boolean) => string {
  const last = new Map([...scopeLabels(scope), ...identity])
  const lastText = labelText(last)
  return (attributes, ofBuckets) => {
    const own = attributeLabels(attributes)
    if (ofBuckets) own.delete('le')
    let text = ''
    for (const [name, value] of promoted) text += pair(name, own.get(name) ?? value)
    for (const [name, value] of own) {
      if (!promoted.has(name) && !last.has(name)) text += pair(name, value)
    }
    return lastText === '' ? text.slice(0, -1) : text + lastText
  }
}

export function labelText(labels: Labels): string {
  let text = ''
  for (const [name, value] of labels) text += pair(name, value)
  return text.slice(0, -1)
}

function pair(name: string, value: string): string {
  return `${name}="${escaped(value)}",`
}

/** Labels of the scope, as the Collector's exporter names them. */
function scopeLabels({ name, version = '', schemaUrl = '' }: CollectedScope['scope']): Labels {
  return withoutEmpty({
    otel_scope_name: name,
    otel_scope_version: version,
    otel_scope_schema_url: schemaUrl,
  })
}

/** Attributes under the names that Prometheus knows them by; where several become one, their values are joined. */
function attributeLabels(attributes: Readonly<Attributes>): Labels {
  const labels: Labels = new Map()
  for (const key of Object.keys(attributes).toSorted()) {
    const value = attributes[key]
    const name = nameOf(key)
    if (value === undefined || name === undefined || name === '__name__') continue
    const known = labels.get(name)
    labels.set(name, known === undefined ? text(value) : `${known};${text(value)}`)
    if (labels.get(name) === '') labels.delete(name)
  }
  return labels
}

/** Names of attributes are few, and come again. */
const names = new Map<string, string | undefined>()

function nameOf(key: string): string | undefined {
  if (!names.has(key)) names.set(key, labelName(key))
  return names.get(key)
}

function labelName(key: string): string | undefined {
  try {
    return prometheusLabel(key)
  } catch {
    // No character that Prometheus allows: there is no such label.
    return undefined
  }
}

/** As the Collector writes values of attributes. */
function text(value: AttributeValue): string {
  return Array.isArray(value) ? JSON.stringify(value) : String(value)
}

function withoutEmpty(labels: Readonly<Record<string, string>>): Labels {
  return new Map(Object.entries(labels).filter(([, value]) => value !== ''))
}

function escaped(value: string): string {
  // Most have nothing to escape.
  if (!/[\\\n"]/u.test(value)) return value
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
