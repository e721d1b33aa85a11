import type { TextMapPropagator } from '@opentelemetry/api'
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { listed, type Environment } from '../environment.ts'

const PROPAGATORS: ReadonlyMap<string, new () => TextMapPropagator> = new Map([
  ['tracecontext', W3CTraceContextPropagator],
  ['baggage', W3CBaggagePropagator],
])

/**
 * What `OTEL_PROPAGATORS` asks for. The specification's default would put headers on requests, and observing changes no
 * request: without it there is none.
 */
export function propagatorOf(env: Environment): {
  propagator: CompositePropagator | undefined
  problems: readonly string[]
} {
  const names = listed(env['OTEL_PROPAGATORS']).filter((name) => name !== 'none')
  const propagators = names.flatMap((name) => {
    const Propagator = PROPAGATORS.get(name)
    return Propagator === undefined ? [] : [new Propagator()]
  })
  const unknown = names.filter((name) => !PROPAGATORS.has(name))
  return {
    propagator: propagators.length === 0 ? undefined : new CompositePropagator({ propagators }),
    problems:
      unknown.length === 0
        ? []
        : [
            `OTEL_PROPAGATORS=${unknown.join(',')} is not supported (${[...PROPAGATORS.keys()].join(', ')}, none are) and is left out`,
          ],
  }
}
