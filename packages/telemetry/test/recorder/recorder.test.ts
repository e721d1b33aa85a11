import { diag, DiagLogLevel, logs, type Logger } from '@opentelemetry/api'
import { ATTRIBUTES as A, EVENTS } from '@plimsoll/semconv'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { apiMeasures, createCells, createRecorder, type Measures } from '../../src/index.ts'
import { handClock, NOON_MS } from '../support/clock.ts'
import { diagnosed } from '../support/diagnosed.ts'
import { NO_MEASURES } from '../support/no-measures.ts'
import { CALL, FULL_CALL, RATE } from '../support/records.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { named, sdkLogs } from '../support/sdk-logs.ts'
import { reported } from '../support/standing.ts'
import { told } from '../support/told-metric.ts'

afterEach(() => {
  logs.disable()
  diag.disable()
})

const fault = (): never => {
  throw new Error('theirs')
}

describe('a run', () => {
  test('is marked at its start and at its end, in seconds of the wall clock', () => {
    const clock = handClock()
    const cells = createCells({ clock })
    const recorder = createRecorder({ measures: cells.measures, clock })

    recorder.runStarted()
    const running = told(scopesOf(cells))
    clock.advance(2500)
    recorder.runEnded(0)

    const start = [{ attributes: {}, value: NOON_MS / 1000 }]
    expect(running).toEqual(reported({ runStartTime: start }))
    expect(told(scopesOf(cells))).toEqual(
      reported({
        runStartTime: start,
        runEndTime: [{ attributes: {}, value: NOON_MS / 1000 + 2.5 }],
      }),
    )
  })

  test('is summed up when it ends, once', () => {
    const clock = handClock()
    const { provider, events } = sdkLogs()
    const recorder = createRecorder({
      measures: NO_MEASURES,
      loggerProvider: provider,
      runId: 'run-1',
      clock,
    })
    recorder.runStarted()
    for (let call = 0; call < 3; call += 1) recorder.record({ kind: 'call_start' })
    recorder.record(CALL)
    clock.advance(1500)

    recorder.runEnded(7)
    recorder.runEnded(0)

    const summaries = events().filter(({ name }) => name === EVENTS.runSummary.name)
    expect(summaries.map(({ attributes, ...rest }) => ({ ...rest, ...named(attributes) }))).toEqual(
      [
        expect.objectContaining({
          severity: 'INFO INFO',
          ms: NOON_MS + 1500,
          runId: 'run-1',
          callsStarted: 3,
          callsEnded: 1,
          inFlight: 2,
          duration: 1.5,
          exitCode: 7,
        }),
      ],
    )
    expect(recorder.inFlight()).toBe(2)
  })

  test('that is cut short has no exit code', () => {
    const { provider, events } = sdkLogs()
    const recorder = createRecorder({
      measures: NO_MEASURES,
      loggerProvider: provider,
      clock: handClock(),
    })

    recorder.runEnded(undefined)

    expect(events().map(({ attributes }) => named(attributes))).toEqual([
      { callsStarted: 0, callsEnded: 0, inFlight: 0, duration: 0 },
    ])
  })

  test('counts what was lost on the way', () => {
    const clock = handClock()
    const cells = createCells({ clock })
    const recorder = createRecorder({ measures: cells.measures, clock })

    recorder.lost('traces', 'queue_full', 40)
    recorder.lost('traces', 'queue_full', 2)

    const attributes = { [A.lossReason.key]: 'queue_full', [A.signal.key]: 'traces' }
    expect(told(scopesOf(cells))).toEqual(reported({ telemetryLost: [{ attributes, value: 42 }] }))
  })
})

describe('with no SDK at all', () => {
  test('every record is taken and nothing is thrown', () => {
    const recorder = createRecorder({ measures: apiMeasures(), clock: handClock() })

    recorder.runStarted()
    for (const record of [{ kind: 'call_start' } as const, FULL_CALL, RATE]) recorder.record(record)
    recorder.lost('logs', 'export_failed', 1)
    recorder.runEnded(0)

    expect(recorder.inFlight()).toBe(0)
  })

  test('events go to a provider that is registered late', () => {
    const { provider, events } = sdkLogs()
    const recorder = createRecorder({ measures: NO_MEASURES, clock: handClock() })
    recorder.record(CALL)

    logs.setGlobalLoggerProvider(provider)
    recorder.record(FULL_CALL)

    expect(events().map(({ attributes }) => named(attributes)['method'])).toEqual(['POST'])
  })
})

describe('an event log that does not listen', () => {
  test('is asked with severity and name, and is given nothing', () => {
    const logger = {
      enabled: vi.fn<Logger['enabled']>(() => false),
      emit: vi.fn<Logger['emit']>(),
    }
    const recorder = createRecorder({
      measures: NO_MEASURES,
      loggerProvider: { getLogger: () => logger },
      clock: handClock(),
    })

    recorder.record(RATE)

    expect(logger.enabled.mock.calls).toEqual([
      [{ severityNumber: 5, eventName: EVENTS.rate.name }],
    ])
    expect(logger.emit).not.toHaveBeenCalled()
  })
})

describe('observers that throw', () => {
  const takesNothing: Measures = { bind: () => ({ overflow: false, record: fault }) }

  test('harm no call, keep nothing from each other, and are reported once', () => {
    const heard = diagnosed()
    const { provider, events } = sdkLogs()
    const recorder = createRecorder({
      measures: takesNothing,
      loggerProvider: provider,
      clock: handClock(),
    })

    recorder.record(CALL)
    recorder.record(CALL)
    recorder.runStarted()
    recorder.runEnded(0)

    expect(events()).toHaveLength(3)
    expect(heard).toEqual([
      expect.stringContaining('measuring a call failed'),
      expect.stringContaining('the start marker failed'),
      expect.stringContaining('the end marker failed'),
    ])
  })

  test.each([
    ['the provider', () => fault()],
    ['enabled', () => ({ enabled: fault, emit: () => {} })],
    ['emit', () => ({ enabled: () => true, emit: fault })],
  ])('in %s of the logs keep nothing from the metrics', (_where, getLogger) => {
    const heard = diagnosed()
    const cells = createCells({ clock: handClock() })
    const recorder = createRecorder({
      measures: cells.measures,
      loggerProvider: { getLogger },
      clock: handClock(),
    })

    recorder.record({ ...CALL, retryCount: 1 })
    recorder.record({ ...CALL, retryCount: 1 })

    const counts = told(scopesOf(cells)).flatMap(({ points }) =>
      points.map(({ value }) => (value as { count?: number }).count),
    )
    expect(counts.filter((count) => count !== undefined)).toEqual([2, 2, 2])
    expect(heard).toHaveLength(1)
  })

  test('even in diagnostics harm no call', () => {
    const logger = { error: fault, warn: fault, info: fault, debug: fault, verbose: fault }
    const quiet = { ...logger, warn: () => {}, debug: () => {} }
    diag.setLogger(quiet, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true })
    const recorder = createRecorder({ measures: { bind: fault }, clock: handClock() })

    expect(() => recorder.record(CALL)).not.toThrow()
  })
})
