import { ATTRIBUTES, prometheusLabel } from '@plimsoll/semconv'
import { samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { having, metricOfRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { runIdOf } from '../source/source.ts'
import { didYouMean } from '../similar.ts'
import { recorderOf } from '../units.ts'
import { isIdentity } from './identity.ts'

const CONVENTIONS: ReadonlySet<string> = new Set(
  Object.values(ATTRIBUTES).map(({ key }) => prometheusLabel(key)),
)

/**
 * A misspelled label selects in silence: `{eror_type=""}` takes everything, `{eror_type="timeout"}` nothing. The
 * labels of our own metrics are known, so there such a number is worth nothing. Others may have a label only when
 * something happens: there it is a warning.
 */
export async function doubtLabels(query: PreparedQuery, asker: Asker): Promise<void> {
  for (const { metric, matchers } of query.parsed.selectors) {
    if (metric === null) continue
    const own = labelsOf(metric)
    for (const label of new Set(matchers.map(({ name }) => name))) {
      const expected = isIdentity(label) || (own ?? CONVENTIONS).has(label)
      if (expected || !(await isAbsent(metric, label, query, asker))) continue
      if (own === undefined)
        asker.warn(
          `no series of ${metric} in the run has the label \`${label}\` of the query \`${query.query.role}\`: is it spelled right?`,
        )
      else asker.doubt(`the metric ${metric} has no label \`${label}\`${didYouMean(label, own)}`)
    }
  }
}

/** The labels that a metric of ours can have. */
function labelsOf(metric: string): ReadonlySet<string> | undefined {
  const attributes = recorderOf(metric)?.attributes
  return attributes && new Set(attributes.map(({ key }) => prometheusLabel(key)))
}

/** The run recorded the metric, and none of its series has the label. */
async function isAbsent(
  metric: string,
  label: string,
  query: PreparedQuery,
  asker: Asker,
): Promise<boolean> {
  const { windowSeconds } = asker.source
  const run = runIdOf(asker.source)
  const count = (more: readonly string[]): string =>
    `count(last_over_time(${metricOfRun(metric, run, more)}[${durationText(windowSeconds)}]))`
  const answer = await asker.verify({
    written: query.query,
    sent: `${count([])} unless ${count([having(label)])}`,
    reading: 'an answer means that no series of the metric has the label',
  })
  return answer !== null && samplesOf(answer).length > 0
}
