import { context, createContextKey } from '@opentelemetry/api'
import { faultReport } from '../diagnostics.ts'

/** The SDK's own key: what it does in such a context is nobody's call. Keys of one name are one, whoever makes them. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

const report = faultReport()

/** Whether an OpenTelemetry SDK is at work here for itself: the requests of its exporters are not the program's. */
export function isSuppressed(): boolean {
  try {
    return context.active().getValue(SUPPRESSED) === true
  } catch (error) {
    report('asking the active context', error)
    return false
  }
}
