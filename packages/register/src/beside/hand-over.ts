import type { LoggerProvider, MeterProvider } from '@opentelemetry/api'
import type { Recorder } from '@plimsoll/policies'
import type { Signal } from '@plimsoll/semconv'
import {
  createTracing,
  installTracing,
  type Cells,
  type RecorderOptions,
} from '@plimsoll/telemetry'
import type { Guard } from '../guard.ts'
import type { Destination } from '../otlp/settings.ts'
import type { Taken } from './api-slots.ts'
import { copyOfEvents, copyOfMetrics } from './copies.ts'
import { besideInstrumentation } from './instrumented.ts'

export interface HandOverOptions {
  readonly destinations: Readonly<Record<Signal, Destination>>
  readonly cells: Pick<Cells, 'collect'>
  readonly boundaries: Readonly<Record<string, readonly number[]>>
  readonly common: Pick<RecorderOptions, 'runId' | 'maxHosts' | 'clock'>
  readonly guard: Guard
}

/** What becomes of our own telemetry when an SDK of the program's is there, from the start or later. */
export interface HandOver {
  /** An SDK has a slot. */
  readonly taken: Taken
  /** `own`, heard by the SDK as well. */
  heard(own: Recorder): Recorder
}

/**
 * Spans go to the SDK alone: a trace is in one place. Numbers and events go on as ever, because the verdict about a run
 * needs them under the name of the run and to the end; where they go to files the SDK gets a copy, whose backend would see
 * nothing of them. Where they are pushed it gets none: the same collector would count everything twice.
 */
export function createHandOver(options: HandOverOptions): HandOver {
  const { destinations, cells, boundaries, common, guard } = options
  const copies: Recorder[] = []

  const taken: Taken = (slot, provider) => {
    if (slot === 'trace') {
      installTracing(besideInstrumentation(createTracing()))
    } else if (slot === 'metrics' && destinations.metrics.kind !== 'otlp') {
      copies.push(copyOfMetrics(provider as MeterProvider, cells, boundaries, common))
    } else if ((slot === 'logs' || slot === 'oldLogs') && destinations.logs.kind !== 'otlp') {
      copies.push(copyOfEvents(provider as LoggerProvider, common))
    }
  }

  return {
    taken: (...told) => guard('when an OpenTelemetry SDK took over', () => taken(...told)),
    heard: (own) => ({
      record(record) {
        own.record(record)
        for (const copy of copies) copy.record(record)
      },
    }),
  }
}
