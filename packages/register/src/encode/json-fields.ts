import type { AttributeDefinition } from '@plimsoll/semconv'
import type { FieldSink, FieldValue } from '@plimsoll/telemetry'

const INT64 = 2 ** 63

/** Fields as the elements of an OTLP JSON attribute list. */
export class JsonFields implements FieldSink {
  readonly #prefixes = new Map<AttributeDefinition, string>()
  #text = ''

  put(attribute: AttributeDefinition, value: FieldValue): void {
    if (value === undefined) return
    if (this.#text !== '') this.#text += ','
    this.#text += this.#prefix(attribute) + valueText(value)
  }

  /** What was put since the last time. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  /** All that comes before a value is the same each time. */
  #prefix(attribute: AttributeDefinition): string {
    let prefix = this.#prefixes.get(attribute)
    if (prefix === undefined) {
      prefix = `{"key":${JSON.stringify(attribute.key)},"value":`
      this.#prefixes.set(attribute, prefix)
    }
    return prefix
  }
}

function valueText(value: string | number | boolean): string {
  if (typeof value === 'string') return `{"stringValue":${JSON.stringify(value)}}}`
  if (typeof value === 'boolean') return `{"boolValue":${value}}}`
  if (Number.isInteger(value) && value >= -INT64 && value < INT64) return `{"intValue":${value}}}`
  // JSON has no word for them; protobuf's JSON has these.
  return `{"doubleValue":${Number.isFinite(value) ? value : `"${value}"`}}}`
}
