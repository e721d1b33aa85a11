import { ATTRIBUTES as A, INSTRUMENTS as I } from '@plimsoll/semconv'
import type { InstanceTruth } from './otlp-lines.ts'

/** What a harvest of 300 works did; the golden spec asks about it. */
export interface Harvest {
  readonly served: number
  readonly failed: number
  readonly tooMany: number
  readonly answered: number
  readonly hits: number
  readonly misses: number
  readonly opens: number
  readonly corrupt: number
  /** Seconds to the first artifact of each served work, repeated over them. */
  readonly seconds: readonly number[]
  readonly waits: readonly number[]
}

export const CALM: Harvest = {
  served: 289,
  failed: 11,
  tooMany: 3,
  answered: 812,
  hits: 210,
  misses: 90,
  opens: 0,
  corrupt: 0,
  seconds: [0.4, 0.8, 1.2, 2.4, 6.2],
  waits: [0, 0, 0.01, 0.05, 0.11],
}

export const STORMY: Harvest = {
  served: 240,
  failed: 60,
  tooMany: 74,
  answered: 926,
  hits: 200,
  misses: 100,
  opens: 17,
  corrupt: 2,
  seconds: [0.9, 1.7, 2.4, 8.3, 26],
  waits: [0, 0.02, 0.2, 0.2, 0.4],
}

/** The telemetry of a harvest, by one process. */
export function harvestTruth(harvest: Harvest): InstanceTruth {
  const status = A.status.key
  const result = A.cacheResult.key
  const opened = { [A.breakerOldState.key]: 'closed', [A.breakerNewState.key]: 'open' }
  return {
    counters: [
      { instrument: I.cacheLookups, attributes: { [result]: 'hit' }, value: harvest.hits },
      { instrument: I.cacheLookups, attributes: { [result]: 'miss' }, value: harvest.misses },
      { instrument: I.breakerStateChanges, attributes: opened, value: harvest.opens },
      { instrument: I.corruptBodies, value: harvest.corrupt },
    ],
    histograms: [
      {
        instrument: I.fallbackDuration,
        boundaries: [...I.fallbackDuration.boundaries, 3, 20].sort((a, b) => a - b),
        observations: repeated(harvest.seconds, harvest.served),
      },
      {
        instrument: I.fallbackDuration,
        boundaries: [...I.fallbackDuration.boundaries, 3, 20].sort((a, b) => a - b),
        attributes: { [A.errorType.key]: 'exhausted' },
        observations: repeated([4], harvest.failed),
      },
      {
        instrument: I.requestDuration,
        attributes: { [status]: 200 },
        observations: repeated([0.02], harvest.answered),
      },
      {
        instrument: I.requestDuration,
        attributes: { [status]: 429 },
        observations: repeated([0.01], harvest.tooMany),
      },
      { instrument: I.rateTimeInQueue, observations: repeated(harvest.waits, 400) },
    ],
  }
}

function repeated(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => values.at(index % values.length) ?? 0)
}
