import { ProxyTracerProvider, trace, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { SCOPE_NAME } from '@plimsoll/semconv'
import { VERSION } from '../version.ts'

/** The tracer that would be heard now, or undefined while nobody listens. */
export type TracerSource = () => Tracer | undefined

/** The tracer of one provider, for good. */
export function tracerOf(provider: TracerProvider): TracerSource {
  const tracer = provider.getTracer(SCOPE_NAME, VERSION)
  return () => tracer
}

/**
 * The tracer of whatever provider is registered with the API at the time. A span that the API's stand-in makes costs
 * several times what finding out costs that there is no other.
 */
export function registeredTracer(): TracerSource {
  let known: TracerProvider | undefined
  let tracer: Tracer | undefined
  return () => {
    const provider = trace.getTracerProvider()
    if (provider !== known) {
      known = provider
      tracer = undefined
    }
    if (tracer === undefined && !isStandIn(provider)) {
      tracer = provider.getTracer(SCOPE_NAME, VERSION)
    }
    return tracer
  }
}

function isStandIn(provider: TracerProvider): boolean {
  return (
    provider instanceof ProxyTracerProvider &&
    provider.getDelegateTracer(SCOPE_NAME, VERSION) === undefined
  )
}
