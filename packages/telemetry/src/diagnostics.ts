import { diag } from '@opentelemetry/api'

/** Tells of a fault of an observer: an exporter, a provider, a callback of the program. Never throws. */
export type FaultReport = (place: string, error: unknown) => void

/** A report that tells `diag` of the first fault of each place and is silent about its repetitions. */
export function faultReport(): FaultReport {
  const reported = new Set<string>()
  return (place, error) => {
    if (reported.has(place)) return
    reported.add(place)
    tell(() => diag.error(`plimsoll: ${place} failed; further failures are not reported`, error))
  }
}

/** Tells `diag` what a program should put right. Never throws. */
export function warn(message: string): void {
  tell(() => diag.warn(`plimsoll: ${message}`))
}

function tell(say: () => void): void {
  try {
    say()
  } catch {
    // The program's own diagnostics logger threw: there is nobody left to tell, and its calls must not suffer.
  }
}
