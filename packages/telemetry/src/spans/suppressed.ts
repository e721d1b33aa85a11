import { context, createContextKey, type Context } from '@opentelemetry/api'
import { faultReport } from '../diagnostics.ts'

/** The SDK's own key, under which exporters say it too. Keys of one name are one, whoever makes them. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

const report = faultReport()

/** Whether an OpenTelemetry SDK is at work here for itself: the requests of its exporters are not the program's. */
export function isSuppressed(): boolean {
  try {
    return isSuppressedIn(context.active())
  } catch (error) {
    report('asking the active context', error)
    return false
  }
}

/** Likewise, of a context. */
export function isSuppressedIn(around: Context): boolean {
  return around.getValue(SUPPRESSED) === true
}
