import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { spanSink } from './span-sink.ts'
import type { Seen } from '../../variant.ts'

/** What is left of the numbers: the newest export, so that memory does not grow. */
class NewestExport extends InMemoryMetricExporter {
  override export(...args: Parameters<InMemoryMetricExporter['export']>): void {
    this.reset()
    super.export(...args)
  }
}

/**
 * The SDK with instrumentation-undici, at its defaults but for the intervals. Its exporters count and throw away:
 * what serialising and sending would cost is left out, in its favour.
 */
export function instrument(
  spans: 'none' | 'sampled' | 'sampled out',
  flushMs: number,
): () => Promise<Seen> {
  const exporter = new NewestExport(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: flushMs,
    exportTimeoutMillis: flushMs,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  metrics.setGlobalMeterProvider(meterProvider)
  let spansSeen = 0
  let flushSpans = async (): Promise<void> => {}
  if (spans !== 'none') {
    const processor = new BatchSpanProcessor({
      exporter: spanSink((taken) => {
        spansSeen += taken
      }),
      scheduledDelayMillis: flushMs,
    })
    const sampler = spans === 'sampled' ? new AlwaysOnSampler() : new AlwaysOffSampler()
    trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors: [processor] }))
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    flushSpans = () => processor.forceFlush()
  }
  const instrumentation = new UndiciInstrumentation()
  instrumentation.setMeterProvider(meterProvider)
  if (spans !== 'none') instrumentation.setTracerProvider(trace.getTracerProvider())
  return async () => {
    await meterProvider.forceFlush()
    await flushSpans()
    const counted = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .filter((metric) => metric.dataPointType === DataPointType.HISTOGRAM)
      .flatMap(({ dataPoints }) => dataPoints)
      .reduce((sum, { value }) => sum + value.count, 0)
    return { metrics: counted, ...(spans === 'none' ? {} : { spans: spansSeen }) }
  }
}
