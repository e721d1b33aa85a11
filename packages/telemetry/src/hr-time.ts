import type { HrTime } from '@opentelemetry/api'

const NANOS_PER_MS = 1_000_000

/** Milliseconds since the epoch as OpenTelemetry's pair of seconds and nanoseconds. */
export function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000)
  return [seconds, Math.floor((epochMs - seconds * 1000) * NANOS_PER_MS)]
}
