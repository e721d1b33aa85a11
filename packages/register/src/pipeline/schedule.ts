import { setInterval } from 'node:timers'
import type { Guard } from '../guard.ts'
import type { Pipeline } from './pipeline.ts'

/** Milliseconds between writes of spans and events, and of metrics to files. */
export const DEFAULT_INTERVAL_MS = 5_000

export interface ScheduleOptions {
  readonly pipeline: Pipeline
  readonly itemsMs: number
  readonly metricsMs: number
  readonly guard: Guard
}

/** Writes the first snapshot now, so that an instance that is killed early is known, then all at their intervals. */
export function startSchedule({ pipeline, itemsMs, metricsMs, guard }: ScheduleOptions): void {
  const write = (metrics: 'none' | 'regular' | 'always') => (): void =>
    guard('while it wrote telemetry', () => pipeline.flush(metrics))
  write('always')()
  // Neither timer keeps the process alive.
  setInterval(write('regular'), metricsMs).unref()
  if (itemsMs !== metricsMs) setInterval(write('none'), itemsMs).unref()
}
