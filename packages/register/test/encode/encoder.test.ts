import { context, SpanStatusCode, trace, type HrTime, type SpanContext } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { TraceState } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { AlwaysOnSampler, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { EVENTS, type EventId } from '@plimsoll/semconv'
import {
  createLightTracing,
  createRecorder,
  createTracing,
  type FinishedSpan,
  type HeldEvent,
  type Tracing,
} from '@plimsoll/telemetry'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  attempt,
  attemptStart,
  call,
  callStart,
  eventRecord,
  fallback,
  fallbackStart,
  text,
} from '../../../telemetry/test/support/arbitrary-records.ts'
import { jsonEncoder, protobufEncoder } from '../../src/encode/encoder.ts'
import { sdkEvent, sdkSpan } from '../../src/encode/sdk-shape.ts'
import { ANY_EVENT } from '../../src/encode/specimens.ts'

const RUN_ID = 'run-1'
const RESOURCE = resourceFromAttributes(
  { 'service.name': 'a "quoted" name', tags: ['a', 'logRecords":['], ratio: 0.5 },
  { schemaUrl: 'https://example.org/resource' },
)
const NOON_MS = Date.UTC(2026, 10, 22, 12)

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(() => context.disable())

const spanContext: fc.Arbitrary<SpanContext> = fc.record(
  {
    traceId: fc.constant('0af7651916cd43dd8448eb211c80319c'),
    spanId: fc.constant('b7ad6b7169203331'),
    traceFlags: fc.constantFrom(0, 1, 3),
    isRemote: fc.boolean(),
    traceState: fc.constant(new TraceState('vendor=1,other="2"')),
  },
  { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
)
const epochMs = fc.oneof(
  fc.integer({ min: 0, max: 4e12 }),
  fc.double({ min: 0, max: 4e12, noNaN: true }),
)

const heldEvent: fc.Arbitrary<HeldEvent> = fc.record({
  id: fc.constantFrom(...(Object.keys(EVENTS) as EventId[])),
  severity: fc.constantFrom('DEBUG', 'INFO', 'WARN'),
  record: eventRecord,
  epochMs,
  spanContext: fc.option(spanContext, { nil: undefined }),
})

/** Has a program add something to the span that is active. */
type Addition = () => void
const addition: fc.Arbitrary<Addition> = fc.oneof(
  fc.constant(() => {}),
  fc.tuple(text, text).map(([key, value]) => () => {
    const span = trace.getActiveSpan()
    span?.setAttribute(key, value).setAttribute('server.port', [1, 2.5])
  }),
  text.map((name) => () => {
    const span = trace.getActiveSpan()
    span?.addEvent(name, { n: 1 }, NOON_MS).setStatus({ code: SpanStatusCode.ERROR, message: name })
  }),
  text.map((name) => () => {
    trace.getActiveSpan()?.updateName(name).setStatus({ code: SpanStatusCode.OK })
  }),
  spanContext.map((to) => () => {
    trace.getActiveSpan()?.addLink({ context: to, attributes: { to: 'there' } })
  }),
)

const story = fc
  .record({
    parent: fc.option(spanContext, { nil: undefined }),
    adding: addition,
    callStart,
    call,
    attemptStart,
    attempt,
    fallbackStart,
    fallback,
  })
  .map((told) => (tracing: Tracing): void => {
    const { parent, adding } = told
    const around =
      parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent)
    context.with(around, () => {
      const item = tracing.startFallback(told.fallbackStart)
      item.run(adding)
      const logical = item.run(() => tracing.startCall(told.callStart))
      logical.run(adding)
      logical.run(() => tracing.startAttempt(told.attemptStart)).end(told.attempt)
      logical.end(told.call)
      item.end(told.fallback)
    })
  })

function lightSpans(
  tell: (tracing: Tracing) => void,
  times: Partial<{ ms: number }> = {},
): FinishedSpan[] {
  const spans: FinishedSpan[] = []
  let now = 0
  const tracer = new TracerProvider().getTracer('')
  const clock = {
    now: () => (now += times.ms ?? 1.234567),
    epoch: () => NOON_MS,
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
  }
  const take = (span: FinishedSpan) => spans.push(span)
  const add = (name: string) => tracer.startSpan(name, { root: true })
  tell(createLightTracing({ sampling: { parentBased: false, ratio: 1 }, take, add, clock }))
  return spans
}

const parsed = (bytes: Uint8Array | undefined): unknown =>
  JSON.parse(String(Buffer.from(bytes ?? [])))
const json = jsonEncoder(RESOURCE, RUN_ID)
const protobuf = protobufEncoder(RESOURCE, RUN_ID)

describe('a request of our own writing', () => {
  test('has the letters that the serialiser of OpenTelemetry writes, for any events', () => {
    fc.assert(
      fc.property(fc.array(heldEvent, { minLength: 1, maxLength: 4 }), (events) => {
        const theirs = JsonLogsSerializer.serializeRequest(
          events.map((event) => sdkEvent(event, RESOURCE, RUN_ID)),
        )

        const { body, items, lost } = json.events(events)

        expect(String(body)).toBe(String(Buffer.from(theirs ?? [])))
        expect({ items, lost }).toEqual({ items: events.length, lost: 0 })
      }),
    )
  })

  test('has the letters that the serialiser of OpenTelemetry writes, for any spans', () => {
    fc.assert(
      fc.property(story, fc.double({ min: 0, max: 1e6, noNaN: true }), (tell, ms) => {
        const spans = lightSpans(tell, { ms })
        const theirs = JsonTraceSerializer.serializeRequest(
          spans.map((span) => sdkSpan(span, RESOURCE)),
        )

        const { body, items, lost } = json.spans(spans)

        expect(String(body)).toBe(String(Buffer.from(theirs ?? [])))
        expect({ items, lost }).toEqual({ items: spans.length, lost: 0 })
      }),
    )
  })
})

describe('in the shape of the SDK', () => {
  test('a span is one that the SDK itself would have made, but for ids and times', () => {
    fc.assert(
      fc.property(story, (tell) => {
        const made: ReadableSpan[] = []
        const provider = new TracerProvider({
          resource: RESOURCE,
          sampler: new AlwaysOnSampler(),
          spanProcessors: [
            {
              onStart() {},
              onEnd: (span) => made.push(span),
              forceFlush: () => Promise.resolve(),
              shutdown: () => Promise.resolve(),
            },
          ],
        })
        tell(createTracing(provider))

        const ours = lightSpans(tell).map((span) => sdkSpan(span, RESOURCE))

        for (const [serializer, read] of [
          [JsonTraceSerializer, parsed],
          [ProtobufTraceSerializer, (bytes: Uint8Array | undefined) => bytes],
        ] as const) {
          const written = [ours, made].map((spans) =>
            read(serializer.serializeRequest(anonymous(spans))),
          )
          expect(written[0]).toEqual(written[1])
        }
      }),
    )
  })

  test('an event is one that the SDK itself would have made', () => {
    fc.assert(
      fc.property(eventRecord, fc.option(spanContext, { nil: undefined }), (record, active) => {
        const made: ReadableLogRecord[] = []
        const held: HeldEvent[] = []
        const loggerProvider = new LoggerProvider({
          resource: RESOURCE,
          processors: [
            {
              onEmit: (event) => made.push(event),
              forceFlush: () => Promise.resolve(),
              shutdown: () => Promise.resolve(),
            },
          ],
        })
        const clock = {
          now: () => 0,
          epoch: () => NOON_MS,
          sleep: () => Promise.reject(new Error('nothing sleeps here')),
        }
        const measures = { bind: () => ({ overflow: false, record: () => {} }) }
        const common = { measures, clock, runId: RUN_ID }
        const takeEvent = (event: HeldEvent) => held.push(event)
        const around =
          active === undefined ? context.active() : trace.setSpanContext(context.active(), active)

        context.with(around, () => {
          createRecorder({ ...common, loggerProvider }).record(record)
          createRecorder({ ...common, takeEvent }).record(record)
        })

        const ours = held.map((event) => sdkEvent(event, RESOURCE, RUN_ID))
        for (const serializer of [JsonLogsSerializer, ProtobufLogsSerializer]) {
          const written = [ours, made].map((events) => serializer.serializeRequest(atNoon(events)))
          expect(written[0]).toEqual(written[1])
        }
      }),
    )
  })
})

describe.each([
  ['JSON', json],
  ['protobuf', protobuf],
])('a request as %s', (_name, encoder) => {
  test('leaves out what cannot be written, says why, and takes no other with it', () => {
    const tell = (tracing: Tracing): void => {
      for (const urlFull of ['https://a.test/', faulty, 'https://b.test/']) {
        const start = { method: 'GET', urlFull, resendCount: 0 }
        tracing
          .startAttempt(start)
          .end({ kind: 'attempt', subject: {}, method: 'GET', durationS: 1 })
      }
    }
    const record = { kind: 'rate', subject: {}, result: 'acquired', delayS: 0, waitedS: 0 } as const
    const event: HeldEvent = {
      id: 'rate',
      severity: 'INFO',
      record,
      epochMs: 1,
      spanContext: undefined,
    }
    const bad = {
      ...record,
      get maxDelayS() {
        return faulty()
      },
    }

    const encoded = [
      encoder.spans(lightSpans(tell)),
      encoder.events([event, { ...event, record: bad }, event]),
      encoder.events([{ ...event, record: bad }]),
      encoder.events([]),
    ]

    expect(encoded.map(({ items, lost, faults }) => ({ items, lost, faults }))).toEqual([
      { items: 2, lost: 1, faults: [FAULT] },
      { items: 2, lost: 1, faults: [FAULT] },
      { items: 0, lost: 1, faults: [FAULT] },
      { items: 0, lost: 0, faults: [] },
    ])
    expect(encoded.map(({ body }) => body !== undefined)).toEqual([true, true, false, false])
    expect(Buffer.from(encoded[0]?.body ?? []).toString()).toContain('https://b.test/')
  })

  test('leaves out what the program told the SDK and cannot be written, and nothing with it', () => {
    const body: { again?: object } = {}
    body.again = body
    const good = sdkEvent(ANY_EVENT, RESOURCE, RUN_ID)
    const endless = { ...good, body: body as typeof good.body }

    const [some, none] = [encoder.sdkEvents([good, endless, good]), encoder.sdkEvents([endless])]

    expect(some).toMatchObject({ items: 2, lost: 1, faults: [expect.any(RangeError)] })
    expect(some.body).toEqual(encoder.sdkEvents([good, good]).body)
    expect(none).toMatchObject({ body: undefined, items: 0, lost: 1 })
  })
})

test('JSON has the words of protobuf for numbers that JSON knows none for, and no whole number beyond 64 bits', () => {
  const values = [NaN, Infinity, -Infinity, 2 ** 63, 1e300, -0, 2 ** 53]
  const events = values.map((delayS): HeldEvent => {
    const record = { kind: 'rate', subject: {}, result: 'acquired', delayS, waitedS: 0 } as const
    return { id: 'rate', severity: 'INFO', record, epochMs: NOON_MS, spanContext: undefined }
  })

  const written = [
    ...String(json.events(events).body).matchAll(/limiting.delay","value":(\{[^}]*\})/gu),
  ]

  expect(written.map(([, value]) => value)).toEqual([
    '{"doubleValue":"NaN"}',
    '{"doubleValue":"Infinity"}',
    '{"doubleValue":"-Infinity"}',
    '{"doubleValue":9223372036854776000}',
    '{"doubleValue":1e+300}',
    '{"intValue":0}',
    '{"intValue":9007199254740992}',
  ])
})

const FAULT = new Error('cannot be read')
const faulty = (): never => {
  throw FAULT
}

/** Spans without what differs from one telling to the next. */
function anonymous(spans: readonly ReadableSpan[]): ReadableSpan[] {
  const noon: HrTime = [NOON_MS / 1000, 0]
  return spans.map((span) => {
    const { name, kind, status, attributes, links, parentSpanContext: parent } = span
    const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span
    const own = { ...span.spanContext(), spanId: '1'.repeat(16), traceId: '1'.repeat(32) }
    return {
      name,
      kind,
      status,
      attributes,
      links,
      droppedAttributesCount,
      droppedEventsCount,
      droppedLinksCount,
      ...(parent && { parentSpanContext: { ...parent, spanId: '2'.repeat(16) } }),
      spanContext: () => own,
      events: span.events.map((event) => ({ ...event, time: noon })),
      startTime: noon,
      endTime: noon,
      duration: [0, 0],
      ended: true,
      resource: RESOURCE,
      instrumentationScope: SCOPE,
    }
  })
}

/** Events with the time at which the SDK's own clock saw them left out, and under one scope. */
function atNoon(events: readonly ReadableLogRecord[]): ReadableLogRecord[] {
  return events.map((event) => {
    const { severityNumber, severityText, eventName, attributes, spanContext, body } = event
    return {
      ...(severityNumber && { severityNumber }),
      ...(severityText !== undefined && { severityText }),
      ...(eventName !== undefined && { eventName }),
      ...(spanContext && { spanContext }),
      attributes,
      body,
      hrTime: event.hrTime,
      hrTimeObserved: [NOON_MS / 1000, 0],
      droppedAttributesCount: event.droppedAttributesCount,
      resource: RESOURCE,
      instrumentationScope: SCOPE,
    }
  })
}

const SCOPE = { name: 'scope' }
