import { expect, test } from 'vitest'
import { CALL } from '../../../telemetry/test/support/records.ts'
import { createEnding } from '../../src/ending/ending.ts'

/** A thread that has ended, and goes on all the same. */
function ended() {
  /** How many records each write of the metrics found. */
  const writes: number[] = []
  const outcomes: object[] = []
  const steps: (() => void)[] = []
  let records = 0
  const record = (): void => {
    records += 1
  }
  const nothing = (): void => {}
  const ending = createEnding({
    recorder: { record, runStarted: nothing, runEnded: nothing, lost: nothing, inFlight: () => 0 },
    pipeline: {
      takeSpan: nothing,
      takeEvent: nothing,
      spanProcessor: undefined as never,
      logProcessor: undefined as never,
      flush: (metrics) => {
        if (metrics === 'final') writes.push(records)
      },
      writeThrough: nothing,
    },
    begun: nothing,
    endWorkers: nothing,
    awaitDelivery: nothing,
    writeOutcome: (outcome) => outcomes.push(outcome),
    written: nothing,
    later: (step) => steps.push(step),
  })
  const recorder = ending.heedful({ record })
  ending.finish({ exitCode: 0 })
  return {
    ending,
    writes,
    outcomes,
    tell: (times: number): void => {
      for (let n = 0; n < times; n += 1) recorder.record(CALL)
    },
    nextTurn: (): void => {
      for (const step of steps.splice(0)) step()
    },
  }
}

test('what is told after the end is written at once, and many of one turn together when it is over', () => {
  const { writes, tell, nextTurn } = ended()
  expect(writes).toEqual([0])

  tell(1)
  expect(writes).toEqual([0, 1])
  tell(1_000)
  expect(writes).toEqual([0, 1])
  nextTurn()
  expect(writes).toEqual([0, 1, 1_001])

  nextTurn()
  tell(1)
  nextTurn()
  expect(writes).toEqual([0, 1, 1_001, 1_002])
})

test('an end that comes again writes what was not written since, and the other code', () => {
  const { ending, writes, outcomes, tell, nextTurn } = ended()
  tell(3)

  ending.finish({ exitCode: 7 })
  nextTurn()

  expect(writes).toEqual([0, 1, 3])
  expect(outcomes).toEqual([{ exitCode: 0 }, { exitCode: 7 }])
})
