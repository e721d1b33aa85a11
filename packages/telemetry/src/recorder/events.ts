import type { CallRecord, RateRecord } from '@plimsoll/policies'
import type { EventLog, Severity } from './event-log.ts'
import type { Handlers } from './handlers.ts'

/** Which records are events, and how much each matters. */
export function events(
  log: EventLog,
): Pick<Handlers, 'call' | 'rate' | 'breaker_transition' | 'fallback_attempt' | 'config_reload'> {
  return {
    call: (record) => log('call', callSeverity(record), record),
    rate: (record) => log('rate', rateSeverity(record), record),
    breaker_transition: (record) =>
      log('transition', record.newState === 'open' ? 'WARN' : 'INFO', record),
    fallback_attempt: (record) =>
      log('fallbackAttempt', record.outcome === 'success' ? 'INFO' : 'WARN', record),
    config_reload: (record) =>
      log('configReload', record.result === 'applied' ? 'INFO' : 'WARN', record),
  }
}

function callSeverity({ errorType, cache }: CallRecord): Severity {
  return errorType !== undefined || cache === 'stale_if_error' ? 'WARN' : 'INFO'
}

function rateSeverity({ result, delayS }: RateRecord): Severity {
  if (result !== 'acquired') return 'WARN'
  return delayS === 0 ? 'DEBUG' : 'INFO'
}
