// What it costs to write what was recorded: `node -C @plimsoll/source packages/register/bench/writing.ts`.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import {
  createCells,
  createLightTracing,
  createRecorder,
  type FinishedSpan,
  type HeldEvent,
} from '@plimsoll/telemetry'
import { jsonEncoder, protobufEncoder } from '../src/encode/encoder.ts'
import { sdkEvent, sdkSpan } from '../src/encode/sdk-shape.ts'
import { createFileOutlet } from '../src/files/file-outlet.ts'
import { createPipeline } from '../src/pipeline/pipeline.ts'

const BATCH = 1_000
const EVENTS = 100_000
const REPEATS = 15
const RUN_ID = '20261122T051900Z-3f9a1c'
const resource = resourceFromAttributes({ 'service.name': 'bench', 'service.version': '1.0.0' })

function print(name: string, items: number, runs: readonly number[]): void {
  const [best, median, worst] = [runs.at(0) ?? 0, runs.at(runs.length >> 1) ?? 0, runs.at(-1) ?? 0]
  const each = ((median * 1e3) / items).toFixed(2)
  const range = `${best.toFixed(1)}–${worst.toFixed(1)}`
  console.log(`${name.padEnd(48)} ${median.toFixed(1).padStart(8)} ms (${range})  ${each} µs each`)
}

function measure(name: string, items: number, step: () => unknown): void {
  for (let warm = 0; warm < REPEATS; warm += 1) step()
  const runs = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage()
    step()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e3
  })
  print(
    name,
    items,
    runs.toSorted((a, b) => a - b),
  )
}

const subject = { address: 'api.example.org', port: 443, role: 'metadata' }
const method = 'GET'
const status = 200

function callAt(index: number) {
  return {
    kind: 'call',
    subject,
    method,
    status,
    urlHash: index.toString(16).padStart(32, '0'),
    retryCount: 0,
    retryDelayS: 0,
    rateDelayS: 0,
    breakerState: 'closed',
    breakerRecorded: 'success',
    durationS: 0.01 + index / 1e7,
  } as const
}

const events: HeldEvent[] = Array.from({ length: BATCH }, (_, index) => ({
  id: 'call',
  severity: 'INFO',
  record: callAt(index),
  epochMs: 1_795_346_293_761 + index,
  spanContext: undefined,
}))

const spans: FinishedSpan[] = []
const tracing = createLightTracing({
  sampling: { parentBased: true, ratio: 1 },
  take: (span) => spans.push(span),
  add: (name) => new TracerProvider().getTracer('').startSpan(name),
})
for (let index = 0; index < BATCH / 2; index += 1) {
  const start = { method, address: 'api.example.org', port: 443, role: 'metadata' }
  const call = tracing.startCall(start)
  tracing
    .startAttempt({ ...start, urlFull: 'https://api.example.org/REDACTED', resendCount: 0 })
    .end({ kind: 'attempt', subject, method, status, durationS: 0.01 })
  call.end(callAt(index))
}

console.log(`\nA batch of ${BATCH}, to bytes`)
const json = jsonEncoder(resource, RUN_ID)
const protobuf = protobufEncoder(resource, RUN_ID)
const shapedEvents = events.map((event) => sdkEvent(event, resource, RUN_ID))
const shapedSpans = spans.map((span) => sdkSpan(span, resource))
measure('events, JSON', BATCH, () => json.events(events))
measure('events, JSON by the library, shape given', BATCH, () =>
  JsonLogsSerializer.serializeRequest(shapedEvents),
)
measure('events, protobuf', BATCH, () => protobuf.events(events))
measure('events, protobuf by the library, shape given', BATCH, () =>
  ProtobufLogsSerializer.serializeRequest(shapedEvents),
)
measure('spans, JSON', BATCH, () => json.spans(spans))
measure('spans, JSON by the library, shape given', BATCH, () =>
  JsonTraceSerializer.serializeRequest(shapedSpans),
)
measure('spans, protobuf', BATCH, () => protobuf.spans(spans))
measure('spans, protobuf by the library, shape given', BATCH, () =>
  ProtobufTraceSerializer.serializeRequest(shapedSpans),
)

console.log(`\n${EVENTS} events recorded, measured and written as OTLP lines`)
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
try {
  let instance = 0
  measure('to a file', EVENTS, () => {
    const outlet = createFileOutlet({
      run: folder,
      instance: String((instance += 1)),
      maxBytes: Infinity,
      warning: (_run, error) => {
        throw error
      },
      loss: () => {
        throw new Error('nothing may be lost')
      },
      tell: (text) => {
        throw new Error(text)
      },
    })
    const cells = createCells()
    const pipeline = createPipeline({
      routes: { logs: { outlet, format: 'json' } },
      cells,
      resource,
      runId: RUN_ID,
      loss: () => {
        throw new Error('nothing may be lost')
      },
      fault: (error) => {
        throw error
      },
    })
    const recorder = createRecorder({ measures: cells.measures, takeEvent: pipeline.takeEvent })
    for (let index = 0; index < EVENTS; index += 1) recorder.record(callAt(index))
    pipeline.flush('none')
    outlet.finish(0)
    for (const file of readdirSync(folder)) {
      const path = join(folder, file)
      if (instance === 1) console.log(`${(statSync(path).size / 1e6).toFixed(0)} MB`)
      rmSync(path)
    }
  })
} finally {
  rmSync(folder, { recursive: true })
}
