import type { LogRecordLimits } from '@opentelemetry/sdk-logs'
import type { SpanLimits } from '@opentelemetry/sdk-trace'
import { wholeNumber, type Environment } from '../environment.ts'

/** Bounds on what the program puts into its spans and log records. */
export interface Limits {
  readonly spans: SpanLimits
  readonly logs: LogRecordLimits
}

const MOST = 2 ** 31 - 1

/**
 * Reads the limits of the specification ("Attribute Limits", "Span Limits", "LogRecord Limits"). What is not set is left
 * to the SDK: 128 of each, values of any length.
 */
export function limitsOf(env: Environment): { limits: Limits; problems: readonly string[] } {
  const problems: string[] = []
  const read = (name: string): number | undefined =>
    wholeNumber(env, `OTEL_${name}`, [0, MOST], problems)
  const valueLength = read('ATTRIBUTE_VALUE_LENGTH_LIMIT')
  const count = read('ATTRIBUTE_COUNT_LIMIT')
  const limits: Limits = {
    spans: known({
      attributeValueLengthLimit: read('SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? valueLength,
      attributeCountLimit: read('SPAN_ATTRIBUTE_COUNT_LIMIT') ?? count,
      eventCountLimit: read('SPAN_EVENT_COUNT_LIMIT'),
      linkCountLimit: read('SPAN_LINK_COUNT_LIMIT'),
      attributePerEventCountLimit: read('EVENT_ATTRIBUTE_COUNT_LIMIT') ?? count,
      attributePerLinkCountLimit: read('LINK_ATTRIBUTE_COUNT_LIMIT') ?? count,
    }),
    logs: known({
      attributeValueLengthLimit: read('LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? valueLength,
      attributeCountLimit: read('LOGRECORD_ATTRIBUTE_COUNT_LIMIT') ?? count,
    }),
  }
  return { limits, problems }
}

function known(limits: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(limits).filter((entry): entry is [string, number] => entry[1] !== undefined),
  )
}
