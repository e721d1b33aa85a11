import { ATTRIBUTES as A, INSTRUMENTS as I } from '@plimsoll/semconv'
import type { InstanceTruth } from './otlp-lines.ts'

/** The telemetry that the spec doubts.yaml asks about. */
export const DOUBTS: InstanceTruth = {
  service: 'doubts',
  counters: [
    { instrument: I.cacheLookups, attributes: { [A.cacheResult.key]: 'hit' }, value: 210 },
    { instrument: I.cacheLookups, attributes: { [A.cacheResult.key]: 'miss' }, value: 90 },
    { instrument: I.corruptBodies, value: 0 },
  ],
  histograms: [
    { instrument: I.fallbackDuration, observations: [0.5, 1.5, 1.6, 2.2, 2.4, 4, 9, 40, 200] },
  ],
}
