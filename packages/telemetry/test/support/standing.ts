import {
  ATTRIBUTES as A,
  BREAKER_SCOPES,
  BREAKER_STATES,
  CORRUPTION_REASONS,
  LOSS_REASONS,
  RELOAD_RESULTS,
  SIGNALS,
  type InstrumentId,
} from '@plimsoll/semconv'
import { tableMetric } from './table-metric.ts'
import type { ToldMetric } from './told-metric.ts'

type Points = ToldMetric['points']

const STANDING: Partial<Record<InstrumentId, Points>> = {
  corruptBodies: CORRUPTION_REASONS.map((reason) => zero({ [A.corruptionReason.key]: reason })),
  telemetryLost: SIGNALS.flatMap((signal) =>
    LOSS_REASONS.map((reason) => zero({ [A.lossReason.key]: reason, [A.signal.key]: signal })),
  ),
  configReloads: RELOAD_RESULTS.map((result) => zero({ [A.reloadResult.key]: result })),
  breakerCount: BREAKER_SCOPES.flatMap((scope) =>
    BREAKER_STATES.map((state) =>
      zero({ [A.breakerScope.key]: scope, [A.breakerState.key]: state }),
    ),
  ),
}

function zero(attributes: Points[number]['attributes']): Points[number] {
  return { attributes, value: 0 }
}

/**
 * All that a recorder reports when it has measured these points and nothing else: the series that always stand are at
 * 0 unless a point is given for them.
 */
export function reported(points: Partial<Record<InstrumentId, Points>>): ToldMetric[] {
  const ids = new Set([...Object.keys(STANDING), ...Object.keys(points)]) as Set<InstrumentId>
  return [...ids]
    .map((id) =>
      tableMetric(id, ordered([...unlike(STANDING[id], points[id]), ...(points[id] ?? [])])),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

function unlike(standing: Points = [], points: Points = []): Points {
  const given = new Set(points.map(({ attributes }) => JSON.stringify(attributes)))
  return standing.filter(({ attributes }) => !given.has(JSON.stringify(attributes)))
}

function ordered(points: Points): Points {
  return points.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
