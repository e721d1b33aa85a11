import type { Recorder } from '@plimsoll/policies'
import type { TelemetryRecorder } from '@plimsoll/telemetry'
import type { Outcome } from '../files/run-record.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

export interface EndingOptions {
  readonly recorder: TelemetryRecorder
  readonly pipeline: Pipeline
  /** Nothing more is to come from this thread. */
  readonly begun: () => void
  /** Has the workers write what they have; what those have that do not hear of it is written for them. */
  readonly endWorkers: () => void
  /** Blocks until all that was sent, by workers too, has arrived or is given up. */
  readonly awaitDelivery: () => void
  /** Writes how the run ended, where this process keeps its record. */
  readonly writeOutcome: (outcome: Outcome) => void
  /** All is written: nobody need wait for this thread. */
  readonly written: () => void
  /** Runs a step when this turn of the event loop is over, should there be another. */
  readonly later: (step: () => void) => void
}

/** The end of an instance: what it has is written, then its end marker, once and last. */
export interface Ending {
  /** The program may still add to it: its `exit` listeners run now. */
  begin(): void
  /** Nothing more is to come, as far as one can tell. */
  finish(outcome: Outcome): void
  /** `recorder` as one that also writes what comes after the end. */
  heedful(recorder: Recorder): Recorder
}

type Phase = 'running' | 'ending' | 'ended'

export function createEnding(options: EndingOptions): Ending {
  const { recorder, pipeline } = options
  let phase: Phase = 'running'
  /** After the end: whether this turn wrote its numbers already, and whether more of them came since. */
  let [wrote, owes] = [false, false]

  const begin = (): void => {
    if (phase !== 'running') return
    phase = 'ending'
    // Should a listener of the program kill the process, this much is there.
    pipeline.flush('always')
    pipeline.writeThrough()
  }

  const writeOwed = (): void => {
    if (owes) pipeline.flush('final')
    owes = false
  }

  /** At once, for the process may be over; many in one turn cost no more than two writes of all metrics. */
  const writeAfterEnd = (): void => {
    owes = true
    if (wrote) return
    wrote = true
    writeOwed()
    options.later(() => {
      wrote = false
      writeOwed()
    })
  }

  return {
    begin,
    finish(outcome) {
      if (phase === 'ended') {
        writeOwed()
        // Another code was asked for after the last listener; the markers stand.
        options.writeOutcome(outcome)
        return
      }
      begin()
      phase = 'ended'
      options.begun()
      options.endWorkers()
      recorder.runEnded(outcome.exitCode)
      pipeline.flush('final')
      options.awaitDelivery()
      options.writeOutcome(outcome)
      options.written()
    },
    heedful: (inner) => ({
      record(record) {
        inner.record(record)
        // A wrapper around ours let the program on: its last numbers replace those that were written.
        if (phase === 'ended') writeAfterEnd()
      },
    }),
  }
}
