import type { Selector } from '@plimsoll/promql'
import { numberOf, samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { samplesInScope } from '../query/scope.ts'

/**
 * A last value is the whole count of a series that began at nothing once. One that began again, because a process
 * started anew under the same identity, or because two write one series, has lost what it counted before. Where starts
 * are known exactly, one that had counted nothing before is told apart: engines that know starts by themselves see it
 * begin anew, those that see only values do not.
 */
export async function doubtRestarts(
  query: PreparedQuery,
  selector: Selector,
  asker: Asker,
): Promise<void> {
  const samples = samplesInScope(query, selector, asker.source)
  const lost = ` and increase(${samples} anchored) != last_over_time(${samples})`
  const answer = await asker.verify({
    written: query.query,
    sent: `count(resets(${samples}) > 0${asker.source.anchoredFault === null ? lost : ''})`,
    reading: 'series that lost a count as they began anew; with none, last values are whole counts',
  })
  if (answer === null) return
  const [restarted] = samplesOf(answer)
  if (restarted === undefined) return
  const count = numberOf(restarted.value)
  asker.doubt(
    `${count} of the series that the query \`${query.query.role}\` counts began anew within the run, so their last values are not the whole count; give each process a service.instance.id of its own, or write increase(…[$window] anchored)`,
  )
}
