import { context, logs, metrics, propagation, trace } from '@opentelemetry/api'
import type { LoggerProvider, MeterProvider, TracerProvider } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { set, type Environment } from './environment.ts'

/** Whose provider of one signal the program sees: ours, or that of an SDK that was there first. */
type Owner = 'ours' | 'foreign'

export interface Owners {
  readonly metrics: Owner
  readonly traces: Owner
  readonly logs: Owner
}

/** What the copies of the API share. Its key is part of their contract with each other. */
const SHARED = Symbol.for('opentelemetry.js.api.1')

/**
 * Who has each signal now. One that is registered under a version of the API that ours cannot reach counts as ours:
 * nobody would take our telemetry there, and what we register beside it is not seen by the program.
 */
export function ownersNow(): Owners {
  const shared = (globalThis as { [SHARED]?: Record<string, unknown> })[SHARED]
  const owner = (registered: unknown, reached: unknown): Owner =>
    registered !== undefined && registered === reached ? 'foreign' : 'ours'
  return {
    metrics: owner(shared?.['metrics'], metrics.getMeterProvider()),
    traces: owner(shared?.['trace'], trace.getTracerProvider()),
    logs: owner(shared?.['logs'], logs.getLoggerProvider()),
  }
}

export interface Providers {
  readonly meterProvider: MeterProvider | undefined
  readonly tracerProvider: TracerProvider | undefined
  readonly loggerProvider: LoggerProvider | undefined
}

/** Registers what is not registered yet. */
export function registerProviders(providers: Providers, env: Environment): void {
  const shared = (globalThis as { [SHARED]?: Record<string, unknown> })[SHARED] ?? {}
  const free = (name: string): boolean => shared[name] === undefined
  const { meterProvider, tracerProvider, loggerProvider } = providers
  if (meterProvider !== undefined && free('metrics')) metrics.setGlobalMeterProvider(meterProvider)
  if (tracerProvider !== undefined && free('trace')) trace.setGlobalTracerProvider(tracerProvider)
  if (loggerProvider !== undefined && free('logs')) logs.setGlobalLoggerProvider(loggerProvider)
  if (tracerProvider !== undefined && free('context')) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }
  const propagator = propagatorOf(env)
  if (propagator !== undefined && free('propagation')) propagation.setGlobalPropagator(propagator)
}

/** Only on demand: a propagator adds headers to requests, and observing changes no request. */
function propagatorOf(env: Environment): CompositePropagator | undefined {
  const names = (set(env['OTEL_PROPAGATORS']) ?? '').split(',').map((name) => name.trim())
  const propagators = [
    ...(names.includes('tracecontext') ? [new W3CTraceContextPropagator()] : []),
    ...(names.includes('baggage') ? [new W3CBaggagePropagator()] : []),
  ]
  return propagators.length === 0 ? undefined : new CompositePropagator({ propagators })
}
