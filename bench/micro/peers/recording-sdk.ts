import type { Attributes } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Micro } from '../micro.ts'

const THREE: Attributes = {
  'server.address': 'api.example.org',
  'server.port': 443,
  'http.request.method': 'GET',
}
const SIX: Attributes = {
  ...THREE,
  'http.response.status_code': 200,
  'url.scheme': 'https',
  'network.protocol.version': '1.1',
}

/** Instruments of the SDK with a reader: without one they record nothing. */
export function prepare(): readonly Micro[] {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench')
  const between = async (): Promise<void> => {
    await reader.forceFlush()
    exporter.reset()
  }
  const kinds: readonly [string, Attributes][] = [
    ['3 attributes', THREE],
    ['6 attributes', SIX],
  ]
  return kinds.flatMap(([name, attributes]) => {
    const counter = meter.createCounter(`calls.${Object.keys(attributes).length}`)
    const histogram = meter.createHistogram(`duration.${Object.keys(attributes).length}`, {
      unit: 's',
    })
    return [
      { name: `SDK counter, ${name}`, step: () => counter.add(1, attributes), between },
      { name: `SDK histogram, ${name}`, step: () => histogram.record(0.012, attributes), between },
    ]
  })
}
