import type { Selector } from '@plimsoll/promql'
import { samplesOfRun } from '../count/last-values.ts'
import { numberOf, samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'

/**
 * A last value is the whole count of a series that began at nothing once. One that began again, because a process
 * started anew under the same identity, or because two write one series, has lost what it counted before.
 */
export async function doubtRestarts(
  query: PreparedQuery,
  selector: Selector,
  asker: Asker,
): Promise<void> {
  const answer = await asker.ask({
    written: query.query,
    sent: `count(resets(${samplesOfRun(query.text, selector, asker.source)}) > 0)`,
    reading: 'series that began anew within the run; with none, last values are whole counts',
  })
  if ('error' in answer) return
  const [restarted] = samplesOf(answer)
  if (restarted === undefined) return
  const count = numberOf(restarted.value)
  asker.doubt(
    `${count} of the series that the query \`${query.query.role}\` counts began anew within the run, so their last values are not the whole count; give each process a service.instance.id of its own, or write increase(…[$window] anchored)`,
  )
}
