import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { PolicyRecord, RateRecord } from '@plimsoll/policies'
import { CACHE_RESULTS, EVENTS, SCOPE_NAME, type EventId } from '@plimsoll/semconv'
import { afterEach, describe, expect, test } from 'vitest'
import { createRecorder } from '../../src/index.ts'
import { handClock, NOON_MS } from '../support/clock.ts'
import { NO_MEASURES } from '../support/no-measures.ts'
import { CALL, FALLBACK_ATTEMPT, FULL_CALL, RATE, RELOAD, TRANSITION } from '../support/records.ts'
import { named, sdkLogs, type ToldEvent } from '../support/sdk-logs.ts'

afterEach(() => context.disable())

function recorded(...records: PolicyRecord[]): ToldEvent[] {
  const { provider, events } = sdkLogs()
  const recorder = createRecorder({
    measures: NO_MEASURES,
    loggerProvider: provider,
    runId: 'run-1',
    clock: handClock(),
  })
  for (const record of records) recorder.record(record)
  return events()
}

function event(id: EventId, severity: string, attributes: ToldEvent['attributes']): ToldEvent {
  return {
    name: EVENTS[id].name,
    severity: `${severity} ${severity}`,
    ms: NOON_MS,
    spanId: undefined,
    scope: SCOPE_NAME,
    body: undefined,
    attributes,
  }
}

const told = (records: readonly ToldEvent[]) =>
  records.map(({ attributes, ...rest }) => ({ ...rest, attributes: named(attributes) }))

describe('a call', () => {
  test('is a row with every field', () => {
    expect(told(recorded(FULL_CALL))).toEqual([
      event('call', 'WARN', {
        runId: 'run-1',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        role: 'metadata',
        method: 'POST',
        status: 503,
        urlHash: '0123456789abcdef0123456789abcdef',
        cacheResult: 'stale_if_error',
        fromCache: true,
        revalidated: false,
        stale: true,
        retryCount: 2,
        retryDelay: 1.5,
        retryAfter: 3,
        retryAfterAction: 'honoured',
        rateDelay: 0.25,
        breakerState: 'half_open',
        breakerRecorded: 'failure',
        duration: 4.5,
        errorType: '503',
        exceptionMessage: 'the server is busy',
      }),
    ])
  })

  test('that is good and plain has no attribute for what is absent', () => {
    expect(told(recorded({ kind: 'call_start' }, CALL))).toEqual([
      event('call', 'INFO', {
        runId: 'run-1',
        serverAddress: 'api.example.org',
        method: 'GET',
        retryCount: 0,
        retryDelay: 0,
        rateDelay: 0,
        duration: 0.2,
      }),
    ])
  })

  test('says of each cache result what readers of rows ask', () => {
    const rows = recorded(...CACHE_RESULTS.map((cache) => ({ ...CALL, cache }) as const))

    const asked = rows.map(({ attributes, severity }) => {
      const { cacheResult, fromCache, revalidated, stale } = named(attributes)
      return [cacheResult, fromCache, revalidated, stale, severity]
    })
    expect(asked).toEqual([
      ['bypass', false, false, false, 'INFO INFO'],
      ['miss', false, false, false, 'INFO INFO'],
      ['hit', true, false, false, 'INFO INFO'],
      ['revalidated', true, true, false, 'INFO INFO'],
      ['stale_while_revalidate', true, false, true, 'INFO INFO'],
      ['stale_if_error', true, false, true, 'WARN WARN'],
      ['stale_max_stale', true, false, true, 'INFO INFO'],
    ])
  })

  test('has a closed method and a closed error type', () => {
    const [row] = recorded({ ...CALL, method: 'BREW', errorType: 'Error: secret' })

    expect(named(row?.attributes ?? {})).toMatchObject({ method: '_OTHER', errorType: '_OTHER' })
  })
})

describe('a decision of the limiter', () => {
  test('is a row with every field', () => {
    expect(told(recorded({ ...RATE, delayS: 2, maxDelayS: 5, waitedS: 2 }))).toEqual([
      event('rate', 'INFO', {
        runId: 'run-1',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        source: 'archive',
        role: 'metadata',
        rateResult: 'acquired',
        rateDelay: 2,
        rateMaxDelay: 5,
      }),
    ])
  })

  test.each<[string, Partial<RateRecord>]>([
    ['DEBUG', { result: 'acquired', delayS: 0 }],
    ['INFO', { result: 'acquired', delayS: 0.001 }],
    ['WARN', { result: 'blocked', delayS: 0 }],
    ['WARN', { result: 'head_skipped' }],
    ['WARN', { result: 'canceled' }],
  ])('matters as %s when it is %o', (severity, part) => {
    const [row] = recorded({ ...RATE, ...part })

    expect(row?.severity).toBe(`${severity} ${severity}`)
  })
})

describe('a change of a breaker', () => {
  test('to open is a row with every field, and a warning', () => {
    expect(told(recorded(TRANSITION))).toEqual([
      event('transition', 'WARN', {
        runId: 'run-1',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        source: 'archive',
        breakerScope: 'host',
        breakerOldState: 'closed',
        breakerNewState: 'open',
        breakerResetTimeout: 5,
        breakerReason: 'failure_rate',
        breakerFailures: 6,
        breakerGeneration: 1,
      }),
    ])
  })

  test.each(['half_open', 'closed'] as const)('to %s is no warning', (newState) => {
    const [row] = recorded({ ...TRANSITION, oldState: 'open', newState, openS: 5 })

    expect(row?.severity).toBe('INFO INFO')
  })
})

describe('an attempt of a fallback', () => {
  test('that failed is a row with every field, and a warning', () => {
    expect(told(recorded(FALLBACK_ATTEMPT))).toEqual([
      event('fallbackAttempt', 'WARN', {
        runId: 'run-1',
        workId: 'work-1',
        artifactId: 'pdf',
        fallbackTier: 'open',
        source: 'archive',
        serverAddress: 'api.example.org',
        serverPort: 8443,
        fallbackOutcome: 'failure',
        fallbackReason: 'http_5xx',
        status: 503,
        duration: 0.75,
      }),
    ])
  })

  test('that served is no warning', () => {
    const [row] = recorded({
      ...FALLBACK_ATTEMPT,
      outcome: 'success',
      reason: undefined,
      status: 200,
    })

    expect(row?.severity).toBe('INFO INFO')
    expect(named(row?.attributes ?? {})).not.toHaveProperty('fallbackReason')
  })
})

describe('a change of the configuration', () => {
  test('that is rejected is a row with every field, and a warning', () => {
    expect(told(recorded(RELOAD))).toEqual([
      event('configReload', 'WARN', {
        runId: 'run-1',
        reloadResult: 'rejected',
        reloadHosts: 0,
        exceptionMessage: 'plimsoll.config.yaml:3:1: unknown key fetsch',
      }),
    ])
  })

  test('that is applied is no warning', () => {
    const [row] = recorded({ kind: 'config_reload', result: 'applied', changedHosts: 2 })

    expect(row?.severity).toBe('INFO INFO')
    expect(named(row?.attributes ?? {})).toMatchObject({ reloadResult: 'applied', reloadHosts: 2 })
  })
})

describe('an event', () => {
  test('bears no attribute that its table does not name, and every one that it names', () => {
    const rows = recorded(
      FULL_CALL,
      { ...RATE, maxDelayS: 1 },
      TRANSITION,
      FALLBACK_ATTEMPT,
      RELOAD,
    )

    const ids: EventId[] = ['call', 'rate', 'transition', 'fallbackAttempt', 'configReload']
    expect(rows.map(({ name, attributes }) => [name, Object.keys(attributes).toSorted()])).toEqual(
      ids.map((id) => [EVENTS[id].name, EVENTS[id].attributes.map(({ key }) => key).toSorted()]),
    )
  })

  test('stands in the context of the active span', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const spanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    }

    const active = trace.setSpanContext(context.active(), spanContext)
    const rows = context.with(active, () => recorded(CALL))

    expect(rows.map(({ spanId }) => spanId)).toEqual([spanContext.spanId])
  })

  test('is not told by records that are no rows', () => {
    const records: PolicyRecord[] = [
      { kind: 'cache', subject: {}, result: 'hit' },
      { kind: 'corruption', subject: {}, reason: 'digest' },
      { kind: 'retry', subject: {}, reason: '429', result: 'scheduled', delayS: 1 },
      { kind: 'breaker_execution', subject: {}, scope: 'host', state: 'closed', recorded: 'late' },
      { kind: 'fallback', tried: 1, durationS: 1 },
    ]

    expect(recorded(...records)).toEqual([])
  })
})
