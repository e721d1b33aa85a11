import { diag } from '@opentelemetry/api'

/** Tells of a fault of an observer: an exporter, a provider, a callback of the program. */
export type FaultReport = (place: string, error: unknown) => void

/** A report that tells `diag` of the first fault of each place and is silent about its repetitions. Never throws. */
export function faultReport(): FaultReport {
  const reported = new Set<string>()
  return (place, error) => {
    if (reported.has(place)) return
    reported.add(place)
    try {
      diag.error(`plimsoll: ${place} failed; further failures are not reported`, error)
    } catch {
      // The program's own diagnostics logger threw: there is nobody left to tell, and its calls must not suffer.
    }
  }
}
