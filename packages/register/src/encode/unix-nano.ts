import type { HrTime } from '@opentelemetry/api'
import { hrTime } from '@plimsoll/telemetry'

const NANOS_PER_S = 1_000_000_000
const NANOS_PER_MS = 1_000_000

/** The moment `laterMs` after `epochMs`, without the digits that their sum would lose as a number. */
export function momentAfter(epochMs: number, laterMs: number): HrTime {
  const [seconds, nanosOfStart] = hrTime(epochMs)
  const nanos = nanosOfStart + Math.floor(laterMs * NANOS_PER_MS)
  return [seconds + Math.floor(nanos / NANOS_PER_S), nanos % NANOS_PER_S]
}

/** A moment as OTLP writes it in JSON: whole nanoseconds as text, because they are more than a number holds. */
export function unixNano([seconds, nanos]: HrTime): string {
  return seconds === 0 ? String(nanos) : `${seconds}${String(nanos).padStart(9, '0')}`
}
