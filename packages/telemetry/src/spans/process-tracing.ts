import { createTracing, type Tracing } from './tracing.ts'

// A registered symbol, because a program may hold two copies of this package: its own and the preload's.
const slot: unique symbol = Symbol.for('plimsoll.tracing')

interface Slot {
  [slot]?: Tracing
}

/** Makes `tracing` the one of the whole process; the preload does so. Returns a function that takes it back. */
export function installTracing(tracing: Tracing): () => void {
  const holder = globalThis as Slot
  holder[slot] = tracing
  return () => {
    if (holder[slot] === tracing) delete holder[slot]
  }
}

const registered = createTracing()

/**
 * The tracing of the process: the one installed when a span starts, or else spans of the provider that is registered with
 * the OpenTelemetry API at that moment.
 */
export const processTracing: Tracing = {
  startCall: (start) => now().startCall(start),
  startAttempt: (start) => now().startAttempt(start),
  startFallback: (start) => now().startFallback(start),
}

function now(): Tracing {
  return (globalThis as Slot)[slot] ?? registered
}
