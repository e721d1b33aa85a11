import type { Measurement } from '../sli/measurement.ts'
import { isAnchored } from '../doubt/lost-beginnings.ts'
import type { Source } from '../source/source.ts'
import { queriesOf, type Objective } from '../spec/model.ts'
import type { Prepared, PreparedQuery } from './prepare.ts'

/** Why an objective is not measured at all: it counts over a window what the source cannot count exactly. */
export function refusalOf(
  objective: Objective,
  prepared: Prepared,
  { scope, anchoredFault }: Source,
): Measurement | null {
  if (anchoredFault === null) return null
  const queries = queriesOf(objective).map(prepared)
  const asWritten = queries.some(isAnchored)
  const counted = scope.kind === 'window' && queries.some((query) => isCounted(objective, query))
  if (!asWritten && !counted) return null
  const counting = counted ? 'anchored' : 'raw'
  return { state: 'nonsense', good: null, total: null, counting, reason: anchoredFault }
}

/** A bare selector of events is counted exactly; whatever else there is runs as it is written. */
function isCounted(objective: Objective, { parsed }: PreparedQuery): boolean {
  if (parsed.bareSelector === null || objective.kind === 'threshold') return false
  return objective.kind !== 'ratio' || (objective.shape !== 'raw' && objective.counter)
}
