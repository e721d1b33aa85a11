import { ValueType } from '@opentelemetry/api'
import type { InstrumentDefinition } from '@plimsoll/semconv'
import type { MetricDescriptor } from './cells/collected.ts'

/** An instrument of the table in OpenTelemetry's words. Counts are whole numbers. */
export function descriptorOf({ name, brief, unit, kind }: InstrumentDefinition): MetricDescriptor {
  const whole = kind === 'counter' || kind === 'updowncounter'
  return { name, description: brief, unit, valueType: whole ? ValueType.INT : ValueType.DOUBLE }
}
