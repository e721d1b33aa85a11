import type { Asker } from '../query/ask.ts'
import { metricOfRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { runIdOf } from '../source/source.ts'
import { similarNames } from '../similar.ts'
import type { SpecQuery } from '../spec/model.ts'
import { baseName, recorderOf } from '../units.ts'
import { samplesOf } from './numbers.ts'

/** What a native histogram is asked with, in place of the series that a classic one has beside it. */
const NATIVE_READERS: Readonly<Record<string, string>> = {
  _count: 'histogram_count',
  _sum: 'histogram_sum',
}

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
  const seriesOf = (name: string): string =>
    `last_over_time(${metricOfRun(name, runIdOf(asker.source), whose)}[${durationText(windowSeconds)}])`
  const answer = await asker.verify({
    written,
    sent: `count(${seriesOf(metric)})`,
    reading: `was the metric recorded in the ${scope.kind} at all?`,
  })
  if (answer === null || samplesOf(answer).length > 0) return undefined
  const never = scope.kind === 'run' ? 'the run never recorded' : 'nobody recorded in the window'
  const histogram = baseName(metric)
  const read = NATIVE_READERS[metric.slice(histogram.length)]
  if (read !== undefined) {
    const natives = await asker.verify({
      written,
      sent: `count(histogram_count(${seriesOf(histogram)}))`,
      reading: `was it recorded in the ${scope.kind} as a native histogram?`,
    })
    if (natives !== null && samplesOf(natives).length > 0) {
      return `${never} the metric ${metric}: ${histogram} is a native histogram there, which has no series beside it; write ${read}(sum(last_over_time(${histogram}[$window])))`
    }
  }
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
