import { context, logs, metrics, propagation, trace } from '@opentelemetry/api'
import type {
  LoggerProvider,
  MeterProvider,
  TextMapPropagator,
  TracerProvider,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'

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
  /** Only on demand: it adds headers to requests, and observing changes no request. */
  readonly propagator: TextMapPropagator | undefined
}

/** Registers what is not registered yet. */
export function registerProviders(providers: Providers): void {
  const shared = (globalThis as { [SHARED]?: Record<string, unknown> })[SHARED] ?? {}
  const free = (name: string): boolean => shared[name] === undefined
  const { meterProvider, tracerProvider, loggerProvider, propagator } = providers
  if (meterProvider !== undefined && free('metrics')) metrics.setGlobalMeterProvider(meterProvider)
  if (tracerProvider !== undefined && free('trace')) trace.setGlobalTracerProvider(tracerProvider)
  if (loggerProvider !== undefined && free('logs')) logs.setGlobalLoggerProvider(loggerProvider)
  if (tracerProvider !== undefined && free('context')) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }
  if (propagator !== undefined && free('propagation')) propagation.setGlobalPropagator(propagator)
}
