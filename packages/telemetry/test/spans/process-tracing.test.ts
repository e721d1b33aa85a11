import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processTracing } from '../../src/index.ts'
import { ATTEMPT, CALL } from '../support/records.ts'
import { sdkTraces } from '../support/sdk-traces.ts'

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterEach(() => {
  for (const api of [context, trace, propagation]) api.disable()
})

const CALL_START = { method: 'POST' }
const ATTEMPT_START = { method: 'GET', urlFull: 'https://api.example.org/', resendCount: 0 }

describe('the tracing of the process', () => {
  test('does nothing where no SDK is registered, and hands on the trace that it is in', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const parent = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    }

    const open = context.with(trace.setSpanContext(context.active(), parent), () => {
      const open = processTracing.startAttempt(ATTEMPT_START)
      return { answer: open.run(() => 42), headers: open.headers(), end: open.end(ATTEMPT) }
    })

    expect(open).toEqual({
      answer: 42,
      headers: { traceparent: `00-${parent.traceId}-${parent.spanId}-01` },
      end: undefined,
    })
  })

  test('is heard where an SDK is registered, and gives the headers of the active trace in any case', () => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const parent = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    const within = () =>
      context.with(trace.setSpanContext(context.active(), parent), () => processTracing.headers())

    const before = [processTracing.heard(), processTracing.headers(), within()]
    trace.setGlobalTracerProvider(sdkTraces().provider)
    const after = [processTracing.heard(), processTracing.headers(), within()]

    const headers = { traceparent: `00-${parent.traceId}-${parent.spanId}-01` }
    expect(before).toEqual([false, undefined, headers])
    expect(after).toEqual([true, undefined, headers])
  })

  test('gives each request its own headers, also where a propagator makes a request itself', () => {
    let depth = 0
    const inner: unknown[] = []
    propagation.setGlobalPropagator({
      inject: (_, carrier, setter) => {
        depth += 1
        if (depth === 2) return
        if (depth === 1) inner.push(processTracing.headers())
        setter.set(carrier, 'x-depth', String(depth))
      },
      extract: (given) => given,
      fields: () => ['x-depth'],
    })

    const first = processTracing.headers()
    const second = processTracing.headers()

    expect([inner, first, second]).toEqual([[undefined], { 'x-depth': '2' }, { 'x-depth': '3' }])
  })

  test('is heard by a provider from the moment that it is registered, and by the next one after it', () => {
    const [first, second] = [sdkTraces(), sdkTraces()]
    const call = () => processTracing.startCall(CALL_START).end(CALL)
    call()

    trace.setGlobalTracerProvider(first.provider)
    call()
    trace.disable()
    call()
    trace.setGlobalTracerProvider(second.provider)
    call()
    call()

    expect([first.told().length, second.told().length]).toEqual([1, 2])
  })
})
