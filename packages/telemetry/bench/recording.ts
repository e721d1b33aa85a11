// What it costs to record: `node -C @plimsoll/source packages/telemetry/bench/recording.ts`. Where there is an SDK a reader
// is attached: without one it records nothing.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  InMemoryMetricExporter,
  AggregationTemporality,
} from '@opentelemetry/sdk-metrics'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { processRecorder, type PolicyRecord, type Recorder, type Subject } from '@plimsoll/policies'
import {
  apiMeasures,
  createCells,
  createLightTracing,
  createRecorder,
  createTracing,
  processTracing,
  type Tracing,
} from '@plimsoll/telemetry'
import { measure } from './measure.ts'

const ROUNDS = 200_000

const host: Subject = { address: 'api.example.org', port: 443, role: 'metadata' }
const method = 'GET'
const status = 200

/** The records of one call under limiter, breaker and retry. */
const MADE: Readonly<Record<string, () => PolicyRecord>> = {
  call_start: () => ({ kind: 'call_start' }),
  rate: () => ({
    kind: 'rate',
    subject: host,
    result: 'acquired',
    delayS: 0,
    maxDelayS: 5,
    waitedS: 0,
  }),
  breaker_execution: () => ({
    kind: 'breaker_execution',
    subject: host,
    scope: 'host',
    state: 'closed',
    recorded: 'success',
  }),
  attempt: () => ({ kind: 'attempt', subject: host, method, status, durationS: 0.0123 }),
  call: () => ({
    kind: 'call',
    subject: host,
    method,
    status,
    urlHash: '0123456789abcdef0123456789abcdef',
    retryCount: 0,
    retryDelayS: 0,
    rateDelayS: 0,
    breakerState: 'closed',
    breakerRecorded: 'success',
    durationS: 0.0123,
  }),
}
const made = Object.values(MADE)

function callOf(recorder: Recorder): () => void {
  return () => {
    for (const make of made) recorder.record(make())
  }
}

console.log('\nA cell in hand, and one found by its labels')
const cells = createCells()
const counter = cells.measures.bind('rateRequests', { 'rate.result': 'acquired' })
const histogram = cells.measures.bind('callDuration', { 'http.request.method': 'GET' })
let odd = false
measure('counter', ROUNDS * 5, () => counter.record(1))
measure('histogram', ROUNDS * 5, () => {
  odd = !odd
  histogram.record(odd ? 0.0123 : 7.5)
})

console.log('\nRecords made, and recorded into cells')
const intoCells = createRecorder({ measures: cells.measures, takeEvent: () => {} })
const intoMetrics = createRecorder({ measures: cells.measures })
for (const [kind, make] of Object.entries(MADE)) {
  measure(`${kind}: made`, ROUNDS, () => void make())
  measure(`${kind}: made, metrics`, ROUNDS, () => intoMetrics.record(make()))
}
measure('all of a call, made', ROUNDS, callOf({ record: () => {} }))
measure('all of a call, metrics', ROUNDS, callOf(intoMetrics))
measure('all of a call, metrics and events handed over', ROUNDS, callOf(intoCells))

console.log('\nThrough the OpenTelemetry API')
const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
  exportIntervalMillis: 1e8,
})
const meterProvider = new MeterProvider({ readers: [reader] })
measure('all of a call, no SDK', ROUNDS, callOf(createRecorder({ measures: apiMeasures() })))
measure(
  'all of a call, an SDK with a reader',
  ROUNDS / 10,
  callOf(createRecorder({ measures: apiMeasures(meterProvider) })),
)

console.log('\nSpans of a call with one attempt')
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const kept = new TracerProvider({
  spanProcessors: [
    {
      onStart() {},
      onEnd() {},
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
})
const light = (ratio: number): Tracing =>
  createLightTracing({
    sampling: { parentBased: true, ratio },
    take: () => {},
    add: (name) => kept.getTracer('').startSpan(name),
  })
const start = { method, address: 'api.example.org', port: 443, role: 'metadata' }
const sent = { ...start, urlFull: () => 'https://api.example.org/REDACTED', resendCount: 0 }
const subject = host
function spansOf(tracing: Tracing): () => void {
  const exchange = (): void => {
    const attempt = tracing.startAttempt(sent)
    attempt.run(noop)
    attempt.headers()
    attempt.end({ kind: 'attempt', subject, method, status, durationS: 0.0123 })
  }
  return () => {
    const call = tracing.startCall(start)
    call.run(exchange)
    call.end({
      kind: 'call',
      subject,
      method,
      retryCount: 0,
      retryDelayS: 0,
      rateDelayS: 0,
      durationS: 1,
    })
  }
}
const noop = (): void => {}
measure('one context activated', ROUNDS, () => context.with(context.active(), noop))
measure('light, sampled', ROUNDS, spansOf(light(1)))
measure('light, sampled out', ROUNDS, spansOf(light(0)))
measure('of an SDK, sampled', ROUNDS / 10, spansOf(createTracing(kept)))
trace.disable()

console.log('\nNobody listens: no recorder, no SDK')
measure('records made and given to the process', ROUNDS, callOf(processRecorder))
measure('spans', ROUNDS, spansOf(processTracing))
