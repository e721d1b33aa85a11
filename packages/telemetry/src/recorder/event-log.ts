import { logs, SeverityNumber, type Logger, type LoggerProvider } from '@opentelemetry/api'
import type { Clock } from '@plimsoll/policies'
import { ATTRIBUTES as A, EVENTS, SCOPE_NAME, type EventId } from '@plimsoll/semconv'
import type { FaultReport } from '../diagnostics.ts'
import { AttributeSink } from '../fields.ts'
import { hrTime } from '../hr-time.ts'
import { VERSION } from '../version.ts'
import { putEventFields, type EventRecord } from './event-fields.ts'

/** How much an event matters, by the names of OpenTelemetry. */
export type Severity = 'DEBUG' | 'INFO' | 'WARN'

/** Tells of a record as an event. Never throws. */
export type EventLog = (id: EventId, severity: Severity, record: EventRecord) => void

export interface EventLogOptions {
  readonly loggerProvider: LoggerProvider | undefined
  readonly runId: string | undefined
  readonly clock: Clock
  readonly report: FaultReport
}

/**
 * Events as OpenTelemetry has them: log records with an event name, in the context of the active span, never span
 * events. The run id stands on each, so that a row can be read alone.
 */
export function eventLog({ loggerProvider, runId, clock, report }: EventLogOptions): EventLog {
  const logger = loggerOf(loggerProvider, report)
  return (id, severity, record) => {
    const eventName = EVENTS[id].name
    const severityNumber = SeverityNumber[severity]
    try {
      if (logger === undefined || !logger.enabled({ severityNumber, eventName })) return
      const fields = new AttributeSink()
      fields.put(A.runId, runId)
      putEventFields(record, fields)
      logger.emit({
        eventName,
        severityNumber,
        severityText: severity,
        timestamp: hrTime(clock.epoch()),
        attributes: fields.attributes,
      })
    } catch (error) {
      report(`event ${eventName}`, error)
    }
  }
}

function loggerOf(provider: LoggerProvider | undefined, report: FaultReport): Logger | undefined {
  try {
    return (provider ?? logs).getLogger(SCOPE_NAME, VERSION)
  } catch (error) {
    report('getting a logger', error)
    return undefined
  }
}
