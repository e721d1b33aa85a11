import {
  context,
  logs,
  metrics,
  propagation,
  trace,
  type LoggerProvider,
  type MeterProvider,
  type TextMapPropagator,
  type TracerProvider,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  giveWay,
  isOlderApi,
  oldLogs,
  reachOlderApi,
  registered,
  type Slot,
  type Taken,
} from './beside/api-slots.ts'
import { standInLoggers, standInMeters, standInTracers } from './beside/stand-ins.ts'

/** Whose provider of one signal the program sees: ours, or that of an SDK that was there first. */
type Owner = 'ours' | 'foreign'

export interface Owners {
  readonly metrics: Owner
  readonly traces: Owner
  readonly logs: Owner
}

/** Who has each signal now. */
export function ownersNow(): Owners {
  reachOlderApi()
  const owner = (found: unknown): Owner => (found === undefined ? 'ours' : 'foreign')
  return {
    metrics: owner(registered('metrics')),
    traces: owner(registered('trace')),
    logs: owner(registered('logs') ?? oldLogs()),
  }
}

export interface Providers {
  readonly meterProvider: MeterProvider | undefined
  readonly tracerProvider: TracerProvider | undefined
  readonly loggerProvider: LoggerProvider | undefined
  /** Only on demand: it adds headers to requests, and observing changes no request. */
  readonly propagator: TextMapPropagator | undefined
}

/**
 * Registers what is not registered yet, until an SDK of the program's comes and takes the place: `taken` hears of each
 * slot that one has, now or later.
 */
export function registerProviders(providers: Providers, taken: Taken): void {
  const others = new Set<string>()
  const note: Taken = (slot, provider) => {
    others.add(slot)
    taken(slot, provider)
  }
  for (const slot of ['metrics', 'trace', 'logs'] as const) {
    if (registered(slot) !== undefined) note(slot, registered(slot))
  }
  if (oldLogs() !== undefined) note('oldLogs', oldLogs())
  giveWay(isOlderApi() ? new Set() : registerFree(providers, others), note)
}

function registerFree(providers: Providers, others: ReadonlySet<string>): ReadonlySet<Slot> {
  const { meterProvider, tracerProvider, loggerProvider, propagator } = providers
  const ours = new Set<Slot>()
  const register = (slot: Slot, set: () => boolean): void => {
    if (registered(slot) === undefined && set()) ours.add(slot)
  }
  if (meterProvider !== undefined) {
    const other = () => (others.has('metrics') ? metrics.getMeterProvider() : undefined)
    const standIn = standInMeters({ own: meterProvider, other })
    register('metrics', () => metrics.setGlobalMeterProvider(standIn))
  }
  if (tracerProvider !== undefined) {
    const other = () => (others.has('trace') ? trace.getTracerProvider() : undefined)
    const standIn = standInTracers({ own: tracerProvider, other })
    register('trace', () => trace.setGlobalTracerProvider(standIn))
    register('context', () =>
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
    )
  }
  if (loggerProvider !== undefined) {
    const other = () => (others.has('logs') ? logs.getLoggerProvider() : undefined)
    const standIn = standInLoggers({ own: loggerProvider, other })
    register('logs', () => logs.setGlobalLoggerProvider(standIn))
  }
  if (propagator !== undefined) {
    register('propagation', () => propagation.setGlobalPropagator(propagator))
  }
  return ours
}
