import type { Selector } from '@plimsoll/promql'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { samplesInScope } from '../query/scope.ts'
import { doubtLostBeginnings } from './lost-beginnings.ts'
import { doubtRestarts } from './restarts.ts'

/** Why the whole counts of a selector's series may be wrong. */
export async function doubtCounts(
  query: PreparedQuery,
  selector: Selector,
  asker: Asker,
): Promise<void> {
  const { source } = asker
  if (source.scope.kind === 'run') await doubtRestarts(query, selector, asker)
  else
    await doubtLostBeginnings(
      query,
      samplesInScope(query, selector, source),
      source.windowSeconds,
      asker,
    )
}
