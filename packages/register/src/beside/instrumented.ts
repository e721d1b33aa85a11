import { channel } from 'node:diagnostics_channel'
import type { OpenSpan, Tracing } from '@plimsoll/telemetry'

/** instrumentation-undici listens there; nothing of ours does. */
const SENT = channel('undici:client:sendHeaders')

/**
 * Whether one of OpenTelemetry's instrumentations of HTTP clients is at work: in the eyes of its SDK the exchanges are its
 * business, and ours would be there twice.
 */
export function isInstrumented(): boolean {
  if (SENT.hasSubscribers) return true
  const { request } = process.getBuiltinModule('node:http')
  // The mark of whoever patches by OpenTelemetry's means.
  return (request as { readonly __wrapped?: unknown }).__wrapped === true
}

/** Nothing is told, and no header added: the instrumentation does both. */
const UNTOLD: OpenSpan<object> = {
  run: (fn) => fn(),
  end: () => {},
  headers: () => undefined,
}

/** `tracing` without the exchanges, as long as an instrumentation tells of them. */
export function besideInstrumentation(tracing: Tracing): Tracing {
  return {
    heard: () => tracing.heard(),
    headers: () => (isInstrumented() ? undefined : tracing.headers()),
    startCall: (start) => tracing.startCall(start),
    startAttempt: (start) => (isInstrumented() ? UNTOLD : tracing.startAttempt(start)),
    startFallback: (start) => tracing.startFallback(start),
  }
}
