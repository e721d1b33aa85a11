import { context, isSpanContextValid, trace, type SpanContext } from '@opentelemetry/api'
import type { Clock } from '@plimsoll/policies'
import type { EventId } from '@plimsoll/semconv'
import type { FaultReport } from '../diagnostics.ts'
import type { EventRecord } from './event-fields.ts'
import type { EventLog, Severity } from './event-log.ts'

/** An event as it happened. Its row is written later, off the path of the call: with `putEventFields`. */
export interface HeldEvent {
  readonly id: EventId
  readonly severity: Severity
  readonly record: EventRecord
  /** Milliseconds since the epoch. */
  readonly epochMs: number
  /** The span that was active; undefined where there was none. */
  readonly spanContext: SpanContext | undefined
}

/** Characters of the texts of a record that may be of any length. */
export function weightOf({ record }: HeldEvent): number {
  if (record.kind === 'call') return record.errorMessage?.length ?? 0
  if (record.kind !== 'fallback_attempt') return 0
  return (record.workId?.length ?? 0) + (record.artifactId?.length ?? 0)
}

/** Events handed over as they are, for one who writes them in time. */
export function heldEvents(
  take: (event: HeldEvent) => void,
  clock: Clock,
  report: FaultReport,
): EventLog {
  return (id, severity, record) => {
    try {
      take({ id, severity, record, epochMs: clock.epoch(), spanContext: activeSpan() })
    } catch (error) {
      report('handing over an event', error)
    }
  }
}

function activeSpan(): SpanContext | undefined {
  const spanContext = trace.getSpanContext(context.active())
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined
}
