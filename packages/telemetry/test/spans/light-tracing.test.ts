import {
  context,
  diag,
  propagation,
  SpanStatusCode,
  trace,
  type SpanContext,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createTracing,
  installTracing,
  processTracing,
  type Sampling,
  type Tracing,
} from '../../src/index.ts'
import {
  attempt,
  attemptStart,
  call,
  callStart,
  fallback,
  fallbackStart,
} from '../support/arbitrary-records.ts'
import { handClock, NOON_MS } from '../support/clock.ts'
import { diagnosed } from '../support/diagnosed.ts'
import { lightTraces } from '../support/light-traces.ts'
import { ATTEMPT, CALL } from '../support/records.ts'
import { sdkTraces } from '../support/sdk-traces.ts'

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterEach(() => {
  for (const api of [context, trace, propagation, diag]) api.disable()
})

const CALL_START = { method: 'POST', address: 'api.example.org', port: 8443, role: 'metadata' }
const ATTEMPT_START = { method: 'GET', urlFull: 'https://api.example.org/', resendCount: 0 }
/** What a program without types may hand over. */
const no = null as never
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const parentOf = (traceFlags: number, isRemote: boolean): SpanContext => ({
  traceId: TRACE_ID,
  spanId: 'b7ad6b7169203331',
  traceFlags,
  isRemote,
})
const within = <T>(parent: SpanContext | undefined, fn: () => T): T =>
  parent === undefined ? fn() : context.with(trace.setSpanContext(context.active(), parent), fn)

describe('light spans', () => {
  test('say of any call, attempt and work item what those of an SDK say', () => {
    const story = fc.tuple(callStart, attemptStart, fallbackStart, call, attempt, fallback)
    fc.assert(
      fc.property(story, ([ofCall, ofAttempt, ofItem, callEnd, attemptEnd, itemEnd]) => {
        const tell = (tracing: Tracing): void => {
          const item = tracing.startFallback(ofItem)
          const logical = item.run(() => tracing.startCall(ofCall))
          logical.run(() => tracing.startAttempt(ofAttempt)).end(attemptEnd)
          logical.end(callEnd)
          item.end(itemEnd)
        }
        const [light, sdk] = [lightTraces(), sdkTraces()]

        tell(light.tracing)
        tell(createTracing(sdk.provider))

        expect(light.told()).toEqual(sdk.told())
      }),
    )
  })

  test('take their times from the clock, to the nanosecond', () => {
    const clock = handClock()
    const { tracing, spans } = lightTraces({ clock })

    const open = tracing.startCall(CALL_START)
    clock.advance(12.345678)
    open.end(CALL)

    expect(spans).toMatchObject([{ startMs: NOON_MS, durationMs: 12.345678 }])
  })

  test('are each the parent of what starts within them, across awaits, with the spans of the program in between', async () => {
    const { tracing, spans } = lightTraces()
    const theirs = sdkTraces()
    const tracer = theirs.provider.getTracer('theirs')

    const logical = tracing.startCall(CALL_START)
    await logical.run(async () => {
      await Promise.resolve()
      await tracer.startActiveSpan('in between', async (span) => {
        await Promise.resolve()
        tracing.startAttempt(ATTEMPT_START).end(ATTEMPT)
        span.end()
      })
    })
    logical.end(CALL)

    const [exchange, whole] = spans
    const [between] = theirs.spans() as [ReadableSpan]
    expect(whole?.parent).toBeUndefined()
    expect(between.parentSpanContext?.spanId).toBe(whole?.spanId)
    expect(exchange?.parent).toEqual(between.spanContext())
    expect([between.spanContext().traceId, exchange?.traceId]).toEqual([
      whole?.traceId,
      whole?.traceId,
    ])
  })

  test('hand on the trace state of the trace that they join', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const { tracing, spans } = lightTraces()
    const carrier = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, tracestate: 'vendor=1' }

    const headers = context.with(propagation.extract(context.active(), carrier), () => {
      const open = tracing.startAttempt(ATTEMPT_START)
      open.end(ATTEMPT)
      return open.headers()
    })

    expect(headers).toEqual({
      traceparent: `00-${TRACE_ID}-${spans[0]?.spanId}-01`,
      tracestate: 'vendor=1',
    })
    expect(spans[0]?.parent).toMatchObject({ isRemote: true })
  })

  test('are spans to the program, which may add to them while they last', () => {
    const { tracing, spans } = lightTraces()
    const open = tracing.startCall(CALL_START)

    const seen = open.run(() => {
      const span = trace.getActiveSpan()
      span?.setAttribute('a', [1, 2]).setAttributes({ b: 'x' }).addEvent('happened', { c: true })
      span?.addLink({ context: parentOf(1, true) }).addLinks([{ context: parentOf(0, false) }])
      span?.updateName('theirs').setStatus({ code: SpanStatusCode.ERROR, message: 'theirs' })
      span?.recordException(new Error('caught'))
      span?.end()
      return span
    })
    open.end(CALL)
    seen?.setAttribute('late', true)

    const added = spans[0]?.added as ReadableSpan | undefined
    expect(spans).toHaveLength(1)
    expect(added).toMatchObject({
      name: 'theirs',
      attributes: { a: [1, 2], b: 'x' },
      status: { code: SpanStatusCode.ERROR, message: 'theirs' },
    })
    expect(added?.events.map(({ name }) => name)).toEqual(['happened', 'exception'])
    expect(added?.links).toHaveLength(2)
    expect(seen?.isRecording()).toBe(false)
  })

  test('that nobody adds to keep nothing for it', () => {
    const { tracing, spans } = lightTraces()

    tracing.startCall(CALL_START).end(CALL)

    expect(spans.map(({ added }) => added)).toEqual([undefined])
  })

  test('end once', () => {
    const { tracing, told } = lightTraces()
    const open = tracing.startCall(CALL_START)

    open.end(CALL)
    open.end({ ...CALL, errorType: 'timeout' })

    expect(told().map(({ status }) => status)).toEqual([{ code: 'UNSET' }])
  })

  test('are not made where tracing is suppressed', () => {
    const { tracing, spans } = lightTraces()

    context.with(suppressTracing(context.active()), () => tracing.startCall(CALL_START).end(CALL))

    expect(spans).toEqual([])
  })
})

const roots: [number, Sampler][] = [
  [1, new AlwaysOnSampler()],
  [0, new AlwaysOffSampler()],
  [0.3, new TraceIdRatioBasedSampler(0.3)],
  [0.5, new TraceIdRatioBasedSampler(0.5)],
]
const samplers = roots.flatMap(([ratio, root]): [Sampling, Sampler][] => [
  [{ parentBased: false, ratio }, root],
  [{ parentBased: true, ratio }, new ParentBasedSampler({ root })],
])

describe.each(samplers)('sampling %o', (sampling, sampler) => {
  test('decides as the sampler of the SDK, whatever the parent', () => {
    const parent = fc.record({
      traceId: fc
        .bigInt({ min: 1n, max: 2n ** 128n - 1n })
        .map((id) => id.toString(16).padStart(32, '0')),
      spanId: fc.constantFrom('b7ad6b7169203331', '0'.repeat(16)),
      traceFlags: fc.constantFrom(0, 1, 2, 3),
      isRemote: fc.boolean(),
    })
    fc.assert(
      fc.property(parent, (parent) => {
        const [light, sdk] = [lightTraces({ sampling }), sdkTraces(sampler)]
        // A parent that is not valid is none, and a new id is drawn by chance.
        const isValid = parent.spanId !== '0'.repeat(16)
        fc.pre(isValid || [0, 1].includes(sampling.ratio))

        const marks = [light.tracing, createTracing(sdk.provider)].map((tracing) =>
          within(parent, () => {
            const open = tracing.startAttempt(ATTEMPT_START)
            const inside = open.run(() => trace.getSpanContext(context.active()))
            open.end(ATTEMPT)
            return {
              sampled: (inside?.traceFlags ?? 0) & 1,
              joins: inside?.traceId === parent.traceId,
            }
          }),
        )

        expect(marks[0]).toEqual(marks[1])
        expect(light.spans.length).toBe(sdk.spans().length)
      }),
    )
  })

  test('takes its share of the traces that begin here, each whole', () => {
    const { tracing, spans } = lightTraces({ sampling })

    for (let i = 0; i < 2_000; i += 1) {
      const open = tracing.startCall(CALL_START)
      open.run(() => tracing.startAttempt(ATTEMPT_START).end(ATTEMPT))
      open.end(CALL)
    }

    const whole = new Set(spans.map(({ traceId }) => traceId)).size
    // Six standard deviations of 2000 draws are 0.067.
    expect(Math.abs(whole / 2_000 - sampling.ratio)).toBeLessThan(0.07)
    expect(spans.length).toBe(whole * 2)
  })
})

describe('a trace that is not sampled', () => {
  test('goes on as such, under one id', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const { tracing, spans } = lightTraces({ sampling: { parentBased: true, ratio: 0 } })
    const open = tracing.startCall(CALL_START)

    const [active, headers] = open.run(() => {
      const inner = tracing.startAttempt(ATTEMPT_START)
      return [inner.run(() => trace.getSpanContext(context.active())), inner.headers()] as const
    })

    expect(active).toMatchObject({ traceFlags: 0 })
    expect(headers).toEqual({ traceparent: `00-${active?.traceId}-${active?.spanId}-00` })
    expect(open.headers()).toEqual(headers)
    expect(spans).toEqual([])
  })

  test('is begun anew as sampled by a sampler that asks no parent', () => {
    const { tracing, spans } = lightTraces({ sampling: { parentBased: false, ratio: 1 } })

    within(parentOf(0, true), () => tracing.startCall(CALL_START).end(CALL))

    expect(spans).toMatchObject([{ traceId: TRACE_ID }])
  })
})

describe('the tracing of the process', () => {
  test('is the installed one before any provider, until it is taken back', () => {
    const [light, sdk] = [lightTraces(), sdkTraces()]
    trace.setGlobalTracerProvider(sdk.provider)
    const tell = () => {
      processTracing.startCall(CALL_START).end(CALL)
      processTracing.startAttempt(ATTEMPT_START).end(ATTEMPT)
      processTracing.startFallback({}).end({ kind: 'fallback', tried: 0, durationS: 0 })
    }

    const takeBack = installTracing(light.tracing)
    tell()
    takeBack()
    tell()
    takeBack()

    expect([light.spans.length, sdk.spans().length]).toEqual([3, 3])
  })
})

const fault = (): never => {
  throw new Error('theirs')
}

test('what the program adds and the SDK does not take harms no call, and is told once', () => {
  const heard = diagnosed()
  const { tracing, spans } = lightTraces()
  const open = tracing.startCall(CALL_START)

  open.run(() => {
    const span = trace.getActiveSpan()
    span?.setStatus(no).addLink(no).addLinks(no).setAttribute('a', 1).recordException(no)
  })
  open.end(CALL)

  expect(spans.map(({ added }) => added)).toMatchObject([{ attributes: { a: 1 } }])
  expect(heard).toEqual([expect.stringContaining('adding to a span failed')])
})

test('an SDK that makes no span harms no call that the program adds to, and is told once', () => {
  const heard = diagnosed()
  const { tracing, spans } = lightTraces({ add: fault })
  const open = tracing.startCall(CALL_START)

  open.run(() => trace.getActiveSpan()?.setAttribute('a', 1).addEvent('happened'))
  open.end(CALL)

  expect(spans.map(({ added }) => added)).toEqual([undefined])
  expect(heard).toEqual([expect.stringContaining('adding to a span failed')])
})

test.each([
  ['cannot say what is active', 'active', 'starting a span'],
  ['cannot make a span active', 'with', 'activating a span'],
])('a context manager that %s harms no call, and is told once', (_what, method, place) => {
  const heard = diagnosed()
  context.disable()
  const manager = new AsyncLocalStorageContextManager()
  Object.assign(manager, { [method]: fault })
  context.setGlobalContextManager(manager)
  const { tracing } = lightTraces()

  const answers = [1, 2].map((n) => {
    const open = tracing.startCall(CALL_START)
    const answer = open.run(() => n)
    open.end(CALL)
    return answer
  })

  expect(answers).toEqual([1, 2])
  expect(heard).toEqual([expect.stringContaining(`${place} failed`)])
})

test('a taker or a clock that throws harms no call', () => {
  const heard = diagnosed()
  const tracings = [
    lightTraces({ take: fault }).tracing,
    lightTraces({ clock: { ...handClock(), epoch: fault } }).tracing,
  ]

  const answers = tracings.map((tracing) => {
    const open = tracing.startCall(CALL_START)
    const answer = open.run(() => 42)
    open.end(CALL)
    return answer
  })

  expect(answers).toEqual([42, 42])
  expect(heard).toEqual([
    expect.stringContaining('ending a span failed'),
    expect.stringContaining('starting a span failed'),
  ])
})
