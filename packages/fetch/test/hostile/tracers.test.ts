import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  type ContextManager,
  type TextMapSetter,
} from '@opentelemetry/api'
import { memoryRecorder, type MemoryRecorder } from '@plimsoll/policies/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, observeFetch } from '../../src/index.ts'
import { ok, startOrigin, type Origin } from '../origin.ts'

let origin: Origin
let recorder: MemoryRecorder

beforeEach(async () => {
  origin = await startOrigin()
  origin.on('/a', ok())
  recorder = memoryRecorder()
})
afterEach(async () => {
  trace.disable()
  context.disable()
  propagation.disable()
  await origin.close()
})

const fault = (): never => {
  throw new Error('theirs')
}

const SPAN = {
  spanContext: () => ({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }),
  setAttribute: () => SPAN,
  setAttributes: () => SPAN,
  setStatus: () => SPAN,
  isRecording: () => true,
  end: () => {},
}

function tracer(startSpan: () => unknown): void {
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as never })
}

function manager(members: object): void {
  const whole = {
    active: () => ROOT_CONTEXT,
    with: (_: unknown, fn: () => unknown) => fn(),
    bind: (_: unknown, target: unknown) => target,
    enable: () => whole,
    disable: () => whole,
    ...members,
  }
  tracer(() => SPAN)
  context.setGlobalContextManager(whole as unknown as ContextManager)
}

function propagator(inject: (carrier: object, setter: TextMapSetter) => void): void {
  tracer(() => SPAN)
  const whole = {
    inject: (_: unknown, carrier: object, setter: TextMapSetter) => inject(carrier, setter),
    extract: () => ROOT_CONTEXT,
    fields: () => [],
  }
  propagation.setGlobalPropagator(whole)
}

const setting = (name: unknown, value: unknown) => (): void =>
  propagator((carrier, setter) => setter.set(carrier, name as string, value as string))

/** What a program may have registered with OpenTelemetry, and what is wrong with it. */
const REGISTERED: Readonly<Record<string, () => void>> = {
  'a tracer that throws': () => tracer(fault),
  'a tracer that gives nothing': () => tracer(() => undefined),
  'a tracer that gives null': () => tracer(() => null),
  'a tracer that gives an empty object': () => tracer(() => ({})),
  'spans that throw when they are asked': () => tracer(() => ({ ...SPAN, isRecording: fault })),
  'spans whose context is none': () =>
    tracer(() => ({ ...SPAN, isRecording: () => false, spanContext: () => undefined })),
  'spans that cannot be told': () => tracer(() => ({ ...SPAN, setAttributes: fault })),
  'spans that do not end': () => tracer(() => ({ ...SPAN, end: fault })),
  'a context manager that throws': () => manager({ with: fault }),
  'a context manager that throws afterwards': () =>
    manager({ with: (_: unknown, fn: () => unknown) => [fn(), fault()] }),
  'a context manager that runs nothing': () => manager({ with: () => undefined }),
  'a context manager that runs all twice': () =>
    manager({ with: (_: unknown, fn: () => unknown) => [fn(), fn()] }),
  'a context manager that runs all later': () =>
    manager({ with: (_: unknown, fn: () => unknown) => void setImmediate(fn) }),
  'a context manager without a context': () => manager({ active: fault }),
  'a propagator that throws': () => propagator(fault),
  'a propagator that sets nothing to nothing': setting(undefined, undefined),
  'a propagator that sets a number': setting('x-trace', 7),
  'a propagator that sets a symbol': setting('x-trace', Symbol('no text')),
  'a propagator that sets two lines': setting('x-trace', 'a\r\nx-smuggled: yes'),
  'a propagator whose name is two lines': setting('x-trace: a\r\nx-smuggled', 'yes'),
  'a propagator that sets a line end': setting('x-trace', 'a\n'),
  'a propagator that sets what is no Latin-1': setting('x-trace', '\u{1F600}'),
  'a propagator that sets another length': setting('Content-Length', '5000'),
  'a propagator that sets another host': setting('Host', 'elsewhere.test'),
  'a propagator that sets another frame': setting('transfer-encoding', 'chunked'),
  'a propagator that sets __proto__': setting('__proto__', 'x'),
}

describe.each([
  ['observed', () => observeFetch(globalThis.fetch, { recorder })],
  ['under policies', () => createFetch({ recorder })],
] as const)('a call %s is made once, and well', (_how, fetching) => {
  test.each(Object.entries(REGISTERED))('beside %s', async (_, register) => {
    register()

    const response = await fetching()(`${origin.base}/a`, { method: 'POST', body: 'x' })

    expect(await response.text()).toBe('fine')
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(origin.seen).toHaveLength(1)
    expect(origin.seen[0]).toMatchObject({ method: 'POST', body: 'x' })
    expect(origin.seen[0]?.headers).toMatchObject({ host: origin.host, 'content-length': '1' })
    expect(origin.seen[0]?.headers).not.toHaveProperty('x-smuggled')
    expect(recorder.of('call')).toMatchObject([{ status: 200 }])
    expect(recorder.of('attempt')).toMatchObject([{ status: 200 }])
  })
})

test('what a propagator sets well goes out under policies, and does not take the place of what the program set', async () => {
  propagator((carrier, setter) => {
    setter.set(carrier, 'x-trace', 'theirs')
    setter.set(carrier, 'x-own', 'theirs')
  })

  await createFetch({ recorder })(`${origin.base}/a`, { headers: { 'X-Own': 'mine' } })

  expect(origin.seen[0]?.headers).toMatchObject({ 'x-trace': 'theirs', 'x-own': 'mine' })
})
