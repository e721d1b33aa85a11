import { fileURLToPath } from 'node:url'

// Resolved by the program itself: by the conditions of Node, not by those of the tests.
const ROOTS = {
  'SDK 3': fileURLToPath(new URL('../../package.json', import.meta.url)),
  'SDK 2': fileURLToPath(new URL('../../../../test/sdk-2/package.json', import.meta.url)),
}

/** Code whose value is the module `name`, as a program with this SDK has it. */
export function module(sdk: keyof typeof ROOTS, name: string): string {
  return `require('node:module').createRequire(${JSON.stringify(ROOTS[sdk])})(${JSON.stringify(name)})`
}

function requires(sdk: keyof typeof ROOTS, names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([what, name]) => `const ${what} = ${module(sdk, name)}`)
    .join('\n')
}

/** Common to both: starts when it is called, and tells what it has got. */
const START = `
const reader = new PeriodicExportingMetricReader({ exporter: metricsOut, exportIntervalMillis: 3600000 })
const get = () => ({
  metrics: metricsOut.getMetrics().flatMap((m) => m.scopeMetrics).flatMap((s) => s.metrics)
    .map((m) => ({ name: m.descriptor.name, points: m.dataPoints.map((p) => [p.attributes, p.value.count ?? p.value]) })),
  spans: spansOut.getFinishedSpans().map((s) => ({
    name: s.name, kind: s.kind, trace: s.spanContext().traceId, id: s.spanContext().spanId,
    parent: s.parentSpanContext?.spanId, scope: s.instrumentationScope.name })),
  events: logsOut.getFinishedLogRecords().map((r) => r.eventName),
})
globalThis.sdk = { start, got: async () => { await reader.forceFlush(); return get() } }`

/** The code that makes `globalThis.sdk`, of one major version of OpenTelemetry's SDK. */
export const SDKS = {
  'SDK 3': `
${requires('SDK 3', {
  api: '@opentelemetry/api',
  hooks: '@opentelemetry/context-async-hooks',
  traces: '@opentelemetry/sdk-trace',
  metrics: '@opentelemetry/sdk-metrics',
  logs: '@opentelemetry/sdk-logs',
  core: '@opentelemetry/core',
})}
const { MeterProvider, InMemoryMetricExporter, PeriodicExportingMetricReader } = metrics
const metricsOut = new InMemoryMetricExporter(1)
const spansOut = new traces.InMemorySpanExporter()
const logsOut = new logs.InMemoryLogRecordExporter()
function start() {
  api.context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable())
  api.propagation.setGlobalPropagator(new core.W3CTraceContextPropagator())
  const spanProcessors = [new traces.SimpleSpanProcessor({ exporter: spansOut })]
  const processors = [new logs.SimpleLogRecordProcessor({ exporter: logsOut })]
  return [
    api.trace.setGlobalTracerProvider(new traces.TracerProvider({ spanProcessors })),
    api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] })),
    api.logs.setGlobalLoggerProvider(new logs.LoggerProvider({ processors })),
  ].map(Boolean)
}
${START}`,
  'SDK 2': `
${requires('SDK 2', {
  api: '@opentelemetry/api',
  apiLogs: '@opentelemetry/api-logs',
  traces: '@opentelemetry/sdk-trace-node',
  metrics: '@opentelemetry/sdk-metrics',
  logs: '@opentelemetry/sdk-logs',
})}
const { MeterProvider, InMemoryMetricExporter, PeriodicExportingMetricReader } = metrics
const metricsOut = new InMemoryMetricExporter(1)
const spansOut = new traces.InMemorySpanExporter()
const logsOut = new logs.InMemoryLogRecordExporter()
function start() {
  const spanProcessors = [new traces.SimpleSpanProcessor(spansOut)]
  const processors = [new logs.SimpleLogRecordProcessor({ exporter: logsOut })]
  const tracers = new traces.NodeTracerProvider({ spanProcessors })
  tracers.register()
  const loggers = new logs.LoggerProvider({ processors })
  return [
    api.trace.getTracerProvider().getDelegate() === tracers,
    api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] })),
    apiLogs.logs.setGlobalLoggerProvider(loggers) === loggers,
  ]
}
${START}`,
} as const
