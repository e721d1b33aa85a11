import type { Attributes } from '@opentelemetry/api'

type Primitive = string | number | boolean

/**
 * `attributes` with its keys sorted and only what can be a label: strings, numbers, booleans and arrays of them. Frozen,
 * because it is shared by every point of its series.
 */
export function labelSet(attributes: Attributes): Readonly<Attributes> {
  const labels: Attributes = {}
  for (const key of Object.keys(attributes).toSorted()) {
    const value: unknown = attributes[key]
    if (isPrimitive(value)) labels[key] = value
    else if (Array.isArray(value)) labels[key] = Object.freeze(value.filter(isPrimitive))
  }
  return Object.freeze(labels)
}

/** Equal for equal label sets, different for different ones; `1` and `'1'` differ. */
export function labelKey(labels: Readonly<Attributes>): string {
  return JSON.stringify(labels)
}

function isPrimitive(value: unknown): value is Primitive {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
