import {
  logs,
  SeverityNumber,
  type Attributes,
  type AttributeValue,
  type Logger,
  type LoggerProvider,
} from '@opentelemetry/api'
import type { Clock } from '@plimsoll/policies'
import {
  ATTRIBUTES as A,
  EVENTS,
  SCOPE_NAME,
  type AttributeDefinition,
  type EventId,
} from '@plimsoll/semconv'
import type { FaultReport } from '../diagnostics.ts'
import { hrTime } from '../hr-time.ts'
import { VERSION } from '../version.ts'

/** How much an event matters, by the names of OpenTelemetry. */
export type Severity = 'DEBUG' | 'INFO' | 'WARN'

/** The fields of an event with their values; an absent one is undefined and is left out. */
export type Fields = readonly (readonly [AttributeDefinition, AttributeValue])[]

/** Writes an event. `fields` is asked only if somebody listens. */
export type EventLog = (id: EventId, severity: Severity, fields: () => Fields) => void

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
  return (id, severity, fields) => {
    const eventName = EVENTS[id].name
    const severityNumber = SeverityNumber[severity]
    try {
      if (logger === undefined || !logger.enabled({ severityNumber, eventName })) return
      logger.emit({
        eventName,
        severityNumber,
        severityText: severity,
        timestamp: hrTime(clock.epoch()),
        attributes: attributesOf([[A.runId, runId], ...fields()]),
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

function attributesOf(fields: Fields): Attributes {
  const attributes: Attributes = {}
  for (const [{ key }, value] of fields) if (value !== undefined) attributes[key] = value
  return attributes
}
