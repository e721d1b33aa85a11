import { SeverityNumber, type Attributes } from '@opentelemetry/api'
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { ATTRIBUTES } from '@plimsoll/semconv'

/** An event as a reader sees it. */
export interface ToldEvent {
  readonly name: string | undefined
  readonly severity: string
  readonly ms: number
  readonly spanId: string | undefined
  readonly scope: string
  readonly body: unknown
  readonly attributes: Attributes
}

/** A logger provider of the SDK, and the events that it exported. */
export function sdkLogs(): { provider: LoggerProvider; events: () => ToldEvent[] } {
  const exporter = new InMemoryLogRecordExporter()
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
  return {
    provider,
    events: () =>
      exporter.getFinishedLogRecords().map((record) => ({
        name: record.eventName,
        severity: `${record.severityText} ${SeverityNumber[record.severityNumber ?? 0]}`,
        ms: record.hrTime[0] * 1000 + record.hrTime[1] / 1e6,
        spanId: record.spanContext?.spanId,
        scope: record.instrumentationScope.name,
        body: record.body,
        attributes: record.attributes,
      })),
  }
}

const keys = new Map<string, string>(
  Object.entries(ATTRIBUTES).map(([name, { key }]) => [key, name]),
)

/** Attributes under their names in the table, so that a test spells no key. */
export function named(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [keys.get(key) ?? key, value]),
  )
}
