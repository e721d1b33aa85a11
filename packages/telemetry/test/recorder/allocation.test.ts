import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { PolicyRecord } from '@plimsoll/policies'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCells, createRecorder } from '../../src/index.ts'
import { lightTraces } from '../support/light-traces.ts'
import { ATTEMPT, CALL, FULL_CALL, RATE } from '../support/records.ts'

const RECORDS = 100_000
const STRIDE = 1_000

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => context.disable())

/** Bytes of the heap that one `step` takes, its rubbish included: read so often that collections fall out. */
function bytesOf(step: () => void): number {
  for (let i = 0; i < RECORDS / 5; i += 1) step()
  const perStep: number[] = []
  for (let done = 0; done < RECORDS; done += STRIDE) {
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < STRIDE; i += 1) step()
    perStep.push((process.memoryUsage().heapUsed - before) / STRIDE)
  }
  // A stride in which the engine collected, or compiled, is an outlier.
  return perStep.toSorted((a, b) => a - b)[perStep.length >> 1] ?? NaN
}

const BREAKER = {
  kind: 'breaker_execution',
  subject: ATTEMPT.subject,
  scope: 'host',
  state: 'closed',
  recorded: 'success',
} as const

describe('recording of a known host', () => {
  const { measures } = createCells()

  test.each<PolicyRecord>([{ kind: 'call_start' }, ATTEMPT, CALL, FULL_CALL, RATE, BREAKER])(
    'makes no object for a record: %o',
    (record) => {
      const recorder = createRecorder({ measures, takeEvent: () => {} })
      const silent = createRecorder({ measures, loggerProvider: { getLogger: () => DEAF } })

      // A number may be boxed on its way; an object with attributes would take hundreds.
      expect(bytesOf(() => silent.record(record))).toBeLessThan(100)
      // The event that is handed over, and its time.
      expect(bytesOf(() => recorder.record(record))).toBeLessThan(250)
    },
  )

  test('allocates nothing for a value in a cell', () => {
    const counter = measures.bind('rateRequests', {})
    const histogram = measures.bind('callDuration', {})

    expect(bytesOf(() => counter.record(1))).toBeLessThan(4)
    expect(bytesOf(() => histogram.record(0.25))).toBeLessThan(4)
  })
})

describe('the spans of a call with one attempt', () => {
  const step = (ratio: number): (() => void) => {
    const { tracing } = lightTraces({ sampling: { parentBased: true, ratio }, take: () => {} })
    const exchange = (): void => {
      const attempt = tracing.startAttempt(SENT)
      attempt.run(nothing)
      attempt.end(ATTEMPT)
    }
    return () => {
      const call = tracing.startCall(START)
      call.run(exchange)
      call.end(CALL)
    }
  }

  test('take a quarter of what those of an SDK take', () => {
    expect(bytesOf(step(1))).toBeLessThan(4_500)
  })

  test('that are sampled out take little more than their one context', () => {
    expect(bytesOf(step(0))).toBeLessThan(2_500)
  })
})

const DEAF = { emit() {}, enabled: () => false }
const START = { method: 'GET', address: 'api.example.org', port: 443 }
const SENT = { ...START, urlFull: () => 'https://api.example.org/', resendCount: 0 }
const nothing = (): void => {}
