import { context, diag, propagation, trace, type Attributes, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AlwaysOffSampler,
  SamplingDecision,
  TracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import { ATTRIBUTES as A, SCOPE_NAME, SPANS } from '@plimsoll/semconv'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTracing } from '../../src/index.ts'
import { diagnosed } from '../support/diagnosed.ts'
import { ATTEMPT, CALL, FULL_CALL } from '../support/records.ts'
import { sdkTraces, type ToldSpan } from '../support/sdk-traces.ts'

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterEach(() => {
  for (const api of [context, trace, propagation, diag]) api.disable()
})

const CALL_START = { method: 'POST', address: 'api.example.org', port: 8443, role: 'metadata' }
const ATTEMPT_START = {
  method: 'GET',
  address: 'api.example.org',
  port: 8443,
  urlFull: 'https://api.example.org:8443/…?key=REDACTED',
  resendCount: 0,
}

function span(name: string, kind: string, code: string, attributes: object): ToldSpan {
  return {
    name,
    kind,
    status: { code },
    scope: SCOPE_NAME,
    events: 0,
    attributes: { ...attributes },
  }
}

describe('the span of a call', () => {
  test('is internal and bears every field of the record but its text', () => {
    const { provider, told } = sdkTraces()

    createTracing(provider).startCall(CALL_START).end(FULL_CALL)

    expect(told()).toEqual([
      span(SPANS.call, 'INTERNAL', 'ERROR', {
        method: 'POST',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        role: 'metadata',
        status: 503,
        urlHash: FULL_CALL.urlHash,
        cacheResult: 'stale_if_error',
        retryCount: 2,
        retryDelay: 1.5,
        retryAfter: 3,
        retryAfterAction: 'honoured',
        rateDelay: 0.25,
        breakerState: 'half_open',
        breakerRecorded: 'failure',
        errorType: '503',
      }),
    ])
  })

  test('that is good has no status and no attribute for what is absent', () => {
    const { provider, told } = sdkTraces()

    createTracing(provider).startCall({ method: 'GET' }).end(CALL)

    expect(told()).toEqual([
      span(SPANS.call, 'INTERNAL', 'UNSET', {
        method: 'GET',
        retryCount: 0,
        retryDelay: 0,
        rateDelay: 0,
      }),
    ])
  })

  test('ends once', () => {
    const { provider, told } = sdkTraces()
    const tracer = provider.getTracer('theirs')
    let ends = 0
    const startSpan: Tracer['startSpan'] = (name) => {
      const span = tracer.startSpan(name)
      const end = span.end.bind(span)
      return Object.assign(span, { end: () => ((ends += 1), end()) })
    }
    const startActiveSpan = tracer.startActiveSpan.bind(tracer)
    const tracing = createTracing({ getTracer: () => ({ startSpan, startActiveSpan }) })
    const open = tracing.startCall(CALL_START)

    open.end(CALL)
    open.end(FULL_CALL)

    expect(ends).toBe(1)
    expect(told().map(({ status }) => status)).toEqual([{ code: 'UNSET' }])
  })
})

describe('the span of an attempt', () => {
  test('is a client span named by its method', () => {
    const { provider, told } = sdkTraces()

    createTracing(provider)
      .startAttempt({ ...ATTEMPT_START, resendCount: 2 })
      .end({ ...ATTEMPT, status: 200 })

    expect(told()).toEqual([
      span('GET', 'CLIENT', 'UNSET', {
        method: 'GET',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        urlFull: ATTEMPT_START.urlFull,
        resendCount: 2,
        status: 200,
      }),
    ])
  })

  test('that is the first has no resend count, and one that failed says why in a closed word', () => {
    const { provider, told } = sdkTraces()

    createTracing(provider)
      .startAttempt({ ...ATTEMPT_START, method: 'BREW' })
      .end({ ...ATTEMPT, method: 'BREW', errorType: 'Error: secret' })

    expect(told()).toEqual([
      span('HTTP', 'CLIENT', 'ERROR', {
        method: '_OTHER',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        urlFull: ATTEMPT_START.urlFull,
        errorType: '_OTHER',
      }),
    ])
  })

  test('tells a sampler from the start what samplers ask for', () => {
    const asked: Attributes[] = []
    const { provider } = sdkTraces({
      shouldSample: (_context, _traceId, _name, _kind, attributes) => {
        asked.push(attributes)
        return { decision: SamplingDecision.NOT_RECORD }
      },
      toString: () => 'asking',
    })

    createTracing(provider).startAttempt(ATTEMPT_START)

    expect(asked).toEqual([
      {
        [A.method.key]: 'GET',
        [A.serverAddress.key]: 'api.example.org',
        [A.serverPort.key]: 8443,
        [A.urlFull.key]: ATTEMPT_START.urlFull,
      },
    ])
  })
})

describe('the span of a work item', () => {
  test('says which tier and source served it, and how many were asked', () => {
    const { provider, told } = sdkTraces()

    createTracing(provider)
      .startFallback({ workId: 'work-1', artifactId: 'pdf' })
      .end({ kind: 'fallback', tier: 'open', source: 'archive', tried: 2, durationS: 1 })

    expect(told()).toEqual([
      span(SPANS.fallback, 'INTERNAL', 'UNSET', {
        workId: 'work-1',
        artifactId: 'pdf',
        fallbackTier: 'open',
        source: 'archive',
        fallbackTried: 2,
      }),
    ])
  })
})

describe('a span that is open', () => {
  test('is the parent of what starts within it, across awaits', async () => {
    const { provider, spans } = sdkTraces()
    const tracing = createTracing(provider)
    const call = tracing.startCall(CALL_START)

    const answer = await call.run(async () => {
      await Promise.resolve()
      tracing.startAttempt(ATTEMPT_START).end({ ...ATTEMPT, status: 200 })
      return 42
    })
    call.end(CALL)

    const [attempt, logical] = spans()
    expect(answer).toBe(42)
    expect(attempt?.parentSpanContext?.spanId).toBe(logical?.spanContext().spanId)
    expect(logical?.parentSpanContext).toBeUndefined()
  })

  test('lets through what the call throws, as it is', () => {
    const { provider } = sdkTraces()
    const mine = new Error('mine')

    const run = () =>
      createTracing(provider)
        .startCall(CALL_START)
        .run(() => {
          throw mine
        })

    expect(run).toThrow(mine)
  })

  test('gives the headers of the registered propagator', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const { provider, spans } = sdkTraces()

    const attempt = createTracing(provider).startAttempt(ATTEMPT_START)
    const headers = attempt.headers()
    attempt.end(ATTEMPT)

    const { traceId, spanId } = spans().at(-1)?.spanContext() ?? {}
    expect(headers).toEqual({ traceparent: `00-${traceId}-${spanId}-01` })
  })

  test('gives no headers where no propagator is registered', () => {
    expect(
      createTracing(sdkTraces().provider).startAttempt(ATTEMPT_START).headers(),
    ).toBeUndefined()
  })

  test('that is sampled out still carries the trace on, as not sampled', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const { provider, spans } = sdkTraces(new AlwaysOffSampler())
    const attempt = createTracing(provider).startAttempt(ATTEMPT_START)

    const active = attempt.run(() => trace.getSpanContext(context.active()))
    const headers = attempt.headers()
    attempt.end(ATTEMPT)

    expect(headers).toEqual({ traceparent: `00-${active?.traceId}-${active?.spanId}-00` })
    expect(spans()).toEqual([])
  })
})

describe('tracing that throws', () => {
  const fault = (): never => {
    throw new Error('theirs')
  }
  const idleProcessor: SpanProcessor = {
    onStart: () => {},
    onEnd: () => {},
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }

  test.each<[string, string, () => Tracer]>([
    ['getting a tracer', 'getTracer', fault],
    ['starting a span', 'startSpan', () => ({ startSpan: fault, startActiveSpan: fault })],
  ])('while %s harms no call and is reported once', (place, _method, getTracer) => {
    const heard = diagnosed()
    const tracing = createTracing({ getTracer })

    const answers = [1, 2].map((n) => {
      const open = tracing.startCall(CALL_START)
      const answer = open.run(() => n)
      open.end(CALL)
      return answer
    })

    expect(answers).toEqual([1, 2])
    expect(heard).toEqual([expect.stringContaining(`${place} failed`)])
  })

  test.each<[string, string, ConstructorParameters<typeof TracerProvider>[0]]>([
    ['sampler', 'starting a span', { sampler: { shouldSample: fault } }],
    [
      'span processor at the start',
      'starting a span',
      { spanProcessors: [{ ...idleProcessor, onStart: fault }] },
    ],
    [
      'span processor at the end',
      'ending a span',
      { spanProcessors: [{ ...idleProcessor, onEnd: fault }] },
    ],
  ])('in a %s of the program harms no call and is reported once', (_part, place, config) => {
    const heard = diagnosed()
    const tracing = createTracing(new TracerProvider(config))

    const answers = [1, 2].map((n) => {
      const open = tracing.startCall(CALL_START)
      const answer = open.run(() => n)
      open.end(CALL)
      return answer
    })

    expect(answers).toEqual([1, 2])
    expect(heard).toEqual([expect.stringContaining(`${place} failed`)])
  })

  test('while a span ends harms no call', () => {
    const heard = diagnosed()
    const { provider } = sdkTraces()
    const tracer = provider.getTracer('theirs')
    const tracing = createTracing({
      getTracer: () => ({
        startActiveSpan: tracer.startActiveSpan.bind(tracer),
        startSpan: (name) => Object.assign(tracer.startSpan(name), { setAttributes: fault }),
      }),
    })

    tracing.startCall(CALL_START).end(CALL)

    expect(heard).toEqual([expect.stringContaining('ending a span failed')])
  })

  test.each([
    ['before the call', (_fn: () => unknown) => fault()],
    [
      'after the call',
      (fn: () => unknown) => {
        fn()
        fault()
      },
    ],
  ])('in a context manager %s neither loses the call nor makes it twice', (_when, within) => {
    const heard = diagnosed()
    context.disable()
    const manager = new AsyncLocalStorageContextManager()
    Object.assign(manager, { with: (_context: unknown, fn: () => unknown) => within(fn) })
    context.setGlobalContextManager(manager)
    let calls = 0

    const answer = createTracing(sdkTraces().provider)
      .startCall(CALL_START)
      .run(() => (calls += 1))

    expect({ answer, calls }).toEqual({ answer: 1, calls: 1 })
    expect(heard).toEqual([expect.stringContaining('activating a span failed')])
  })

  test('in a propagator harms no call', () => {
    const heard = diagnosed()
    propagation.setGlobalPropagator({ inject: fault, extract: fault, fields: () => [] })

    const headers = [sdkTraces().provider, undefined].map((provider) =>
      createTracing(provider).startAttempt(ATTEMPT_START).headers(),
    )

    expect(headers).toEqual([undefined, undefined])
    expect(heard).toHaveLength(2)
  })
})
