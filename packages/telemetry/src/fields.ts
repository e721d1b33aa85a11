import type { Attributes } from '@opentelemetry/api'
import type { AttributeDefinition } from '@plimsoll/semconv'

/** A value of a field of ours; a field that is absent is undefined. */
export type FieldValue = string | number | boolean | undefined

/**
 * Takes the fields of a record one by one, in the order in which they are to stand. It leaves out those that are undefined:
 * an absent field is an absent attribute.
 */
export interface FieldSink {
  put(attribute: AttributeDefinition, value: FieldValue): void
}

/** Fields as attributes of the OpenTelemetry API. */
export class AttributeSink implements FieldSink {
  readonly attributes: Attributes = {}

  put({ key }: AttributeDefinition, value: FieldValue): void {
    if (value !== undefined) this.attributes[key] = value
  }
}
