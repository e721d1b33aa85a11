import type { Resource } from '@opentelemetry/resources'
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Signal } from '@plimsoll/semconv'
import { weightOf, type Cells, type FinishedSpan, type HeldEvent } from '@plimsoll/telemetry'
import type { Estate } from '../ending/estate.ts'
import type { Encoded } from '../encode/encoded.ts'
import { jsonEncoder, protobufEncoder, type Encoder } from '../encode/encoder.ts'
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
  /** Stands on each event of ours. */
  readonly runId: string
  readonly loss: Loss
  /** Told of what should not happen. */
  readonly fault: (error: unknown) => void
  /** What other threads shall know of it. @default nothing */
  readonly estate?: Pick<Estate, 'write' | 'holds'> | undefined
}

/** From cells, finished spans and events to outlets, synchronously at any moment: also while the process exits. */
export interface Pipeline {
  /** Take what we tell of ourselves. */
  readonly takeSpan: (span: FinishedSpan) => void
  readonly takeEvent: (event: HeldEvent) => void
  /** Take what the program tells the SDK. */
  readonly spanProcessor: SpanProcessor
  readonly logProcessor: LogRecordProcessor
  /** Writes held spans and events; where `metrics` asks for them, counts what was lost and writes the metrics. */
  flush(metrics: 'none' | 'regular' | 'always' | 'final'): void
  /** From now on spans and events are written as they come. */
  writeThrough(): void
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const { routes, cells, resource, runId, loss, fault, estate } = options
  /** Runs a step that writes, unless another thread has written the end of this one. */
  const writing = (step: () => void): void => (estate === undefined ? step() : estate.write(step))
  const outlets = new Set(Object.values(routes).map(({ outlet }) => outlet))
  const encoders = {
    json: jsonEncoder(resource, runId),
    protobuf: protobufEncoder(resource, runId),
  }

  const send = (signal: Signal, final: boolean, encode: (encoder: Encoder) => Encoded): void => {
    const route = routes[signal]
    if (route === undefined) return
    const { body, items, lost, faults } = encode(encoders[route.format])
    // What the program put into a span or log record may defy serialising: it loses that, not its life.
    for (const error of faults) fault(error)
    if (lost > 0) loss(signal, 'write_failed', lost)
    if (body !== undefined) route.outlet.send({ signal, body, items, final })
  }

  const queueOf = <T>(
    signal: 'traces' | 'logs',
    encode: (encoder: Encoder, items: readonly T[]) => Encoded,
    weigh?: (item: T) => number,
  ): Queue<T> => {
    const deliver = (items: readonly T[]): void =>
      writing(() => {
        send(signal, false, (encoder) => encode(encoder, items))
        estate?.holds(signal, -items.length)
      })
    const queue = createQueue(deliver, weigh)
    const push = (item: T): void => {
      estate?.holds(signal, 1)
      queue.push(item)
    }
    return { ...queue, push }
  }
  const spans = queueOf<FinishedSpan>(
    'traces',
    (encoder, items) => encoder.spans(items),
    ({ weight }) => weight,
  )
  const events = queueOf<HeldEvent>('logs', (encoder, items) => encoder.events(items), weightOf)
  const sdkSpans = queueOf<ReadableSpan>('traces', (encoder, items) => encoder.sdkSpans(items))
  const sdkEvents = queueOf<ReadableLogRecord>('logs', (encoder, items) => encoder.sdkEvents(items))
  const queues = [spans, events, sdkSpans, sdkEvents]

  const flush: Pipeline['flush'] = (metrics) => {
    for (const queue of queues) queue.drain()
    if (metrics === 'none') return
    // Losses of the lines above that are known by now stand in this snapshot; or in what is scraped, where none is written.
    for (const outlet of outlets) outlet.countLosses()
    if (routes.metrics === undefined) return
    if (metrics === 'regular' && !routes.metrics.outlet.wantsMetrics()) return
    const scopeMetrics = scopesOf(cells)
    writing(() =>
      send('metrics', metrics === 'final', (encoder) =>
        encoder.metrics({ resource, scopeMetrics }),
      ),
    )
  }

  const flushed = (): Promise<void> => {
    flush('none')
    return Promise.resolve()
  }

  return {
    takeSpan: (span) => spans.push(span),
    takeEvent: (event) => events.push(event),
    spanProcessor: {
      onStart() {
        // A span is taken when it has ended.
      },
      onEnd: (span) => {
        // Recording, but sampled out: not for export.
        if ((span.spanContext().traceFlags & 1) === 1) sdkSpans.push(span)
      },
      forceFlush: flushed,
      shutdown: flushed,
    },
    logProcessor: {
      onEmit: (event) => sdkEvents.push(event),
      forceFlush: flushed,
      shutdown: flushed,
    },
    flush,
    writeThrough() {
      for (const queue of queues) queue.writeThrough()
    },
  }
}

/** Cells hand out the SDK's shape, written down without its enumerations: same numbers, other types. */
function scopesOf(cells: Pick<Cells, 'collect'>): ScopeMetrics[] {
  const scopes: unknown = cells.collect()
  return scopes as ScopeMetrics[]
}
