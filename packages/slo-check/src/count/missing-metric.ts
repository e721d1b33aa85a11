import type { Asker } from '../query/ask.ts'
import { metricOfRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { runIdOf } from '../source/source.ts'
import { similarNames } from '../similar.ts'
import type { SpecQuery } from '../spec/model.ts'
import { recorderOf } from '../units.ts'
import { samplesOf } from './numbers.ts'

/**
 * Why a metric has no series: undefined when the run did record it, and the selector just matches none of it.
 *
 * @param whose matchers of the service that it is looked for in
 */
export async function missingMetric(
  metric: string,
  written: SpecQuery,
  asker: Asker,
  whose: readonly string[] = [],
): Promise<string | undefined> {
  const { scope, windowSeconds } = asker.source
  const answer = await asker.verify({
    written,
    sent: `count(last_over_time(${metricOfRun(metric, runIdOf(asker.source), whose)}[${durationText(windowSeconds)}]))`,
    reading: `was the metric recorded in the ${scope.kind} at all?`,
  })
  if (answer === null || samplesOf(answer).length > 0) return undefined
  const never = scope.kind === 'run' ? 'the run never recorded' : 'nobody recorded in the window'
  const known = recorderOf(metric)
  if (known !== undefined) {
    return `${never} the metric ${metric}: nothing of what ${known.name} measures happened, or is configured to`
  }
  // A server knows names beyond what is judged, this very one among them.
  const names = (await asker.source.metricNames()).filter((name) => name !== metric)
  const near = similarNames(metric, names)
  const advice = near.length === 0 ? '' : `; the nearest that it has: ${near.join(', ')}`
  return `${never} the metric ${metric}${advice}`
}
