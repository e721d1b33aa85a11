import type { PolicyRecord } from '@plimsoll/policies'
import {
  ATTRIBUTES as A,
  BREAKER_RECORDED,
  BREAKER_STATES,
  EVENTS,
  FALLBACK_OUTCOMES,
  INSTRUMENTS,
  RATE_RESULTS,
} from '@plimsoll/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCells, createRecorder } from '../../src/index.ts'
import { handClock } from '../support/clock.ts'
import { CALL, FALLBACK_ATTEMPT, RATE, TRANSITION } from '../support/records.ts'
import { scopesOf } from '../support/scopes-of.ts'
import { sdkLogs } from '../support/sdk-logs.ts'
import { told } from '../support/told-metric.ts'

const subject = fc.record({
  address: fc.constantFrom('a.example', 'b.example', undefined),
  port: fc.constantFrom(80, 443, undefined),
  source: fc.constantFrom('archive', undefined),
  role: fc.constantFrom('data', undefined),
})
const state = fc.constantFrom(...BREAKER_STATES)

/** A call with one breaker: what the breaker recorded is told twice, by the breaker and on the row. */
const call = fc
  .record({ subject, state, recorded: fc.constantFrom(...BREAKER_RECORDED), failed: fc.boolean() })
  .map(({ subject, state, recorded, failed }): PolicyRecord[] => [
    { kind: 'call_start' },
    { kind: 'breaker_execution', subject, scope: 'host', state, recorded },
    {
      ...CALL,
      subject,
      breakerState: state,
      breakerRecorded: recorded,
      ...(failed ? { errorType: '500' } : {}),
    },
  ])
const rate = fc
  .record({ subject, result: fc.constantFrom(...RATE_RESULTS) })
  .map((part): PolicyRecord[] => [{ ...RATE, ...part }])
const transition = fc
  .record({ subject, oldState: state, newState: state })
  .map((part): PolicyRecord[] => [{ ...TRANSITION, ...part }])
const fallback = fc
  .record({ outcome: fc.constantFrom(...FALLBACK_OUTCOMES) })
  .map((part): PolicyRecord[] => [{ ...FALLBACK_ATTEMPT, ...part }])

test('metrics count what rows can be counted to, by host, by result and in all', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(call, rate, transition, fallback), { maxLength: 60 }),
      (steps) => {
        const clock = handClock()
        const cells = createCells({ clock })
        const { provider, events } = sdkLogs()
        const recorder = createRecorder({
          measures: cells.measures,
          loggerProvider: provider,
          clock,
        })

        for (const record of steps.flat()) recorder.record(record)

        const rows = events()
        const metrics = new Map(told(scopesOf(cells)).map((metric) => [metric.name, metric.points]))
        const counted = (name: string, key: string) =>
          sums(
            (metrics.get(name) ?? []).map(({ attributes, value }) => [
              attributes[key],
              count(value),
            ]),
          )
        const found = (name: string, key: string) =>
          sums(rows.filter((row) => row.name === name).map((row) => [row.attributes[key], 1]))

        for (const key of [A.serverAddress.key, A.errorType.key, A.role.key]) {
          expect(counted(INSTRUMENTS.callDuration.name, key)).toEqual(found(EVENTS.call.name, key))
        }
        const { key: recorded } = A.breakerRecorded
        expect(counted(INSTRUMENTS.breakerExecutions.name, recorded)).toEqual(
          found(EVENTS.call.name, recorded),
        )
        const { key: result } = A.rateResult
        expect(counted(INSTRUMENTS.rateRequests.name, result)).toEqual(
          found(EVENTS.rate.name, result),
        )
        const { key: newState } = A.breakerNewState
        expect(counted(INSTRUMENTS.breakerStateChanges.name, newState)).toEqual(
          found(EVENTS.transition.name, newState),
        )
        const { key: outcome } = A.fallbackOutcome
        expect(counted(INSTRUMENTS.fallbackAttempts.name, outcome)).toEqual(
          found(EVENTS.fallbackAttempt.name, outcome),
        )
        expect(recorder.inFlight()).toBe(0)
      },
    ),
    { numRuns: 300 },
  )
})

test('breakers are as many as were born and not given up, in whatever state they ended', () => {
  const life = fc.record({
    born: state,
    changes: fc.array(state, { maxLength: 8 }),
    dies: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(life, { maxLength: 20 }), (lives) => {
      const clock = handClock()
      const cells = createCells({ clock })
      const recorder = createRecorder({ measures: cells.measures, clock })

      for (const { born, changes, dies } of lives) {
        const named = { kind: 'breaker_life', subject: {}, scope: 'host' } as const
        recorder.record({ ...named, state: born, change: 1 })
        let oldState = born
        for (const newState of changes) {
          recorder.record({ ...TRANSITION, oldState, newState })
          oldState = newState
        }
        if (dies) recorder.record({ ...named, state: oldState, change: -1 })
      }

      const points =
        told(scopesOf(cells)).find(({ name }) => name === INSTRUMENTS.breakerCount.name)?.points ??
        []
      const found = points
        .filter(({ attributes }) => attributes[A.breakerScope.key] === 'host')
        .map(({ attributes, value }) => [attributes[A.breakerState.key], value])
      expect(new Map(found as [string, number][])).toEqual(
        new Map(
          BREAKER_STATES.map((state) => [
            state,
            lives.filter(({ born, changes, dies }) => !dies && (changes.at(-1) ?? born) === state)
              .length,
          ]),
        ),
      )
    }),
    { numRuns: 200 },
  )
})

function count(value: unknown): number {
  return typeof value === 'number' ? value : (value as { count: number }).count
}

function sums(pairs: readonly (readonly [unknown, number])[]): Map<unknown, number> {
  const totals = new Map<unknown, number>()
  for (const [key, value] of pairs) totals.set(key, (totals.get(key) ?? 0) + value)
  return totals
}
