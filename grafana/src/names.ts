import {
  ATTRIBUTES,
  type AttributeDefinition,
  type AttributeName,
  INSTRUMENTS,
  type InstrumentDefinition,
  type InstrumentId,
  prometheusLabel,
  prometheusName,
} from '@plimsoll/semconv'

/** The Prometheus name of a metric; of a histogram, that of its native form or, with a part, of a classic series. */
export function metric(id: InstrumentId, part?: 'bucket' | 'count' | 'sum'): string {
  const name = prometheusName(INSTRUMENTS[id])
  return part === undefined ? name : `${name}_${part}`
}

/** The Prometheus label of an attribute. */
export function label(name: AttributeName): string {
  return prometheusLabel(ATTRIBUTES[name].key)
}

/** Whether a metric tells hosts apart. */
export function hasHost(id: InstrumentId): boolean {
  const { attributes }: InstrumentDefinition = INSTRUMENTS[id]
  return attributes.some(({ key }: AttributeDefinition) => key === ATTRIBUTES.serverAddress.key)
}
