import { processTracing } from '@plimsoll/telemetry'
import type { Micro } from '../micro.ts'
import { CALL_RECORDS } from './sample-records.ts'

/** A call's span under the preload, from its start to its end, and the call as what is active within it. */
export function prepare(): readonly Micro[] {
  const sampled = process.env['OTEL_TRACES_SAMPLER'] !== 'always_off'
  const start = { method: 'GET', address: 'api.example.org', port: 443, role: 'metadata' }
  const inside = (): void => {}
  return [
    {
      name: `span of a call, ${sampled ? 'sampled' : 'sampled out'}`,
      step: () => {
        const span = processTracing.startCall(start)
        span.run(inside)
        span.end(CALL_RECORDS.call)
      },
      // The queue is written by a timer.
      between: () => new Promise((resolve) => setTimeout(resolve, 25)),
    },
  ]
}
