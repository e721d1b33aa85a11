import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import type { Resource } from '@opentelemetry/resources'
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Signal } from '@plimsoll/semconv'
import type { Cells } from '@plimsoll/telemetry'
import type { Estate } from '../ending/estate.ts'
import type { Loss, Outlet } from './outlet.ts'
import { createQueue, type Queue } from './queue.ts'

/** An outlet, and the form of OTLP that it takes. */
export interface Route {
  readonly outlet: Outlet
  readonly format: 'json' | 'protobuf'
}

export interface PipelineOptions {
  /** Signals without a route are not emitted. */
  readonly routes: Readonly<Partial<Record<Signal, Route>>>
  readonly cells: Pick<Cells, 'collect'>
  readonly resource: Resource
  readonly loss: Loss
  /** Told of what should not happen. */
  readonly fault: (error: unknown) => void
  /** What other threads shall know of it. @default nothing */
  readonly estate?: Pick<Estate, 'write' | 'holds'> | undefined
}

/** From cells, finished spans and events to outlets, synchronously at any moment: also while the process exits. */
export interface Pipeline {
  readonly spanProcessor: SpanProcessor
  readonly logProcessor: LogRecordProcessor
  /** Writes held spans and events, and the metrics where `metrics` asks for them. */
  flush(metrics: 'none' | 'regular' | 'always' | 'final'): void
  /** From now on spans and events are written as they come. */
  writeThrough(): void
}

const SERIALIZERS = {
  json: { metrics: JsonMetricsSerializer, traces: JsonTraceSerializer, logs: JsonLogsSerializer },
  protobuf: {
    metrics: ProtobufMetricsSerializer,
    traces: ProtobufTraceSerializer,
    logs: ProtobufLogsSerializer,
  },
} as const

export function createPipeline({
  routes,
  cells,
  resource,
  loss,
  fault,
  estate,
}: PipelineOptions): Pipeline {
  /** Runs a step that writes, unless another thread has written the end of this one. */
  const writing = (step: () => void): void => (estate === undefined ? step() : estate.write(step))
  const outlets = new Set(Object.values(routes).map(({ outlet }) => outlet))
  const send = (
    signal: Signal,
    items: number,
    final: boolean,
    serialize: (form: (typeof SERIALIZERS)[Route['format']]) => Uint8Array | undefined,
  ): void => {
    const route = routes[signal]
    if (route === undefined || items === 0) return
    try {
      const body = serialize(SERIALIZERS[route.format])
      if (body === undefined) throw new TypeError('the serialiser gave nothing')
      route.outlet.send({ signal, body, items, final })
    } catch (error) {
      // What the program put into a span or log record may defy serialising: it loses that batch, not its life.
      fault(error)
      loss(signal, 'write_failed', items)
    }
  }

  const queueOf = <T>(
    signal: Signal,
    serialize: (form: (typeof SERIALIZERS)[Route['format']], items: T[]) => Uint8Array | undefined,
  ): Queue<T> =>
    createQueue<T>(
      (items, left) =>
        writing(() => {
          send(signal, items.length, false, (form) => serialize(form, [...items]))
          estate?.holds(signal, left)
        }),
      (count) => estate?.holds(signal, count),
    )
  const spans = queueOf<ReadableSpan>('traces', ({ traces }, items) =>
    traces.serializeRequest(items),
  )
  const events = queueOf<ReadableLogRecord>('logs', ({ logs }, items) =>
    logs.serializeRequest(items),
  )

  const sendMetrics = (final: boolean): void => {
    const collected: ResourceMetrics = { resource, scopeMetrics: scopesOf(cells) }
    const points = collected.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
    writing(() =>
      send('metrics', points, final, ({ metrics }) => metrics.serializeRequest(collected)),
    )
  }

  const flush: Pipeline['flush'] = (metrics) => {
    spans.drain()
    events.drain()
    if (metrics === 'none' || routes.metrics === undefined) return
    // Losses of the lines above that are known by now stand in this snapshot.
    for (const outlet of outlets) outlet.countLosses()
    if (metrics !== 'regular' || routes.metrics.outlet.wantsMetrics())
      sendMetrics(metrics === 'final')
  }

  const flushed = (): Promise<void> => {
    flush('none')
    return Promise.resolve()
  }

  return {
    spanProcessor: {
      onStart() {
        // A span is taken when it has ended.
      },
      onEnd: (span) => {
        // Recording, but sampled out: not for export.
        if ((span.spanContext().traceFlags & 1) === 1) spans.push(span)
      },
      forceFlush: flushed,
      shutdown: flushed,
    },
    logProcessor: {
      onEmit: (event) => events.push(event),
      forceFlush: flushed,
      shutdown: flushed,
    },
    flush,
    writeThrough() {
      spans.writeThrough()
      events.writeThrough()
    },
  }
}

/** Cells hand out the SDK's shape, written down without its enumerations: same numbers, other types. */
function scopesOf(cells: Pick<Cells, 'collect'>): ScopeMetrics[] {
  const scopes: unknown = cells.collect()
  return scopes as ScopeMetrics[]
}
