import { sharedAcrossCopies } from '@plimsoll/policies/shared'
import { createTracing, type Tracing } from './tracing.ts'

const shared = sharedAcrossCopies<{ installed: Tracing | undefined }>('tracing', () => ({
  installed: undefined,
}))

/** Makes `tracing` the one of the whole process; the preload does so. Returns a function that takes it back. */
export function installTracing(tracing: Tracing): () => void {
  shared.installed = tracing
  return () => {
    if (shared.installed === tracing) shared.installed = undefined
  }
}

const registered = createTracing()

/**
 * The tracing of the process: the one installed when a span starts, or else spans of the provider that is registered with
 * the OpenTelemetry API at that moment.
 */
export const processTracing: Tracing = {
  heard: () => now().heard(),
  headers: () => now().headers(),
  startCall: (start) => now().startCall(start),
  startAttempt: (start) => now().startAttempt(start),
  startFallback: (start) => now().startFallback(start),
}

function now(): Tracing {
  return shared.installed ?? registered
}
