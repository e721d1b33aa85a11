import type { LoggerProvider } from '@opentelemetry/api'
import { systemClock, type Clock, type PolicyRecord, type Recorder } from '@plimsoll/policies'
import { ATTRIBUTES as A, type LossReason, type Signal } from '@plimsoll/semconv'
import { faultReport } from '../diagnostics.ts'
import type { Measures } from '../measures.ts'
import { eventLog } from './event-log.ts'
import { events } from './events.ts'
import { dispatch } from './handlers.ts'
import { heldEvents, type HeldEvent } from './held-events.ts'
import { measurements } from './measurements.ts'
import { createStandingSeries } from './standing-series.ts'

export interface RecorderOptions {
  readonly measures: Measures
  /** Takes the events. @default the provider registered with the OpenTelemetry API */
  readonly loggerProvider?: LoggerProvider
  /**
   * Takes the events as they happened, in place of a logger provider: who writes them puts the run id before the fields of
   * each. A record is handed over for good.
   */
  readonly takeEvent?: (event: HeldEvent) => void
  /** Repeated on each event. @default none */
  readonly runId?: string
  /** Hosts that metrics tell apart, by address and port; the others are `_OTHER`. @default 50 */
  readonly maxHosts?: number
  /** @default systemClock */
  readonly clock?: Clock
  /** Where calls are counted. @default from nothing, in memory of its own */
  readonly calls?: CallCounts
}

/** Calls of an instance so far. */
export interface CallCounts {
  /** Milliseconds of the clock's monotonic time at which it began. */
  startedMs: number
  started: number
  ended: number
}

/** The recorder of a process: turns records into measurements and events, and says when the run began and ended. */
export interface TelemetryRecorder extends Recorder {
  /** Sets the start marker of the run. */
  runStarted(): void
  /** Writes the summary event and sets the end marker; once. `exitCode` is left out where it is not known. */
  runEnded(exitCode: number | undefined): void
  /** Counts telemetry that was recorded and could not be delivered. */
  lost(signal: Signal, reason: LossReason, count: number): void
  /** Calls that began and have no outcome yet. */
  inFlight(): number
}

const MAX_HOSTS = 50

/** A recorder over `measures`. Nothing that it calls makes it throw. */
export function createRecorder(options: RecorderOptions): TelemetryRecorder {
  const { measures, loggerProvider, runId, maxHosts = MAX_HOSTS, clock = systemClock } = options
  const report = faultReport()
  const guard = (place: string, run: () => void): void => {
    try {
      run()
    } catch (error) {
      report(place, error)
    }
  }
  const log =
    options.takeEvent === undefined
      ? eventLog({ loggerProvider, runId, clock, report })
      : heldEvents(options.takeEvent, clock, report)
  const measured = measurements(measures, maxHosts)
  const told = events(log)
  let ended = false
  const calls = options.calls ?? { startedMs: clock.now(), started: 0, ended: 0 }
  guard('making the standing series', () => createStandingSeries(measures))

  return {
    record(record) {
      if (record.kind === 'call_start') calls.started += 1
      else if (record.kind === 'call') calls.ended += 1
      deliver(record)
    },
    runStarted() {
      calls.startedMs = clock.now()
      guard('the start marker', () => {
        measures.bind('runStartTime', {}).record(clock.epoch() / 1000)
      })
    },
    runEnded(exitCode) {
      if (ended) return
      ended = true
      log('runSummary', 'INFO', {
        kind: 'run_summary',
        callsStarted: calls.started,
        callsEnded: calls.ended,
        durationS: (clock.now() - calls.startedMs) / 1000,
        exitCode,
      })
      guard('the end marker', () => {
        measures.bind('runEndTime', {}).record(clock.epoch() / 1000)
      })
    },
    lost(signal, reason, count) {
      guard('counting losses', () => {
        const labels = { [A.signal.key]: signal, [A.lossReason.key]: reason }
        measures.bind('telemetryLost', labels).record(count)
      })
    },
    inFlight: () => calls.started - calls.ended,
  }

  // Apart, so that a fault of one keeps nothing from the other; without closures, for each call comes here often.
  function deliver(record: PolicyRecord): void {
    try {
      dispatch(measured, record)
    } catch (error) {
      report(`measuring a ${record.kind}`, error)
    }
    try {
      dispatch(told, record)
    } catch (error) {
      report(`telling of a ${record.kind}`, error)
    }
  }
}
