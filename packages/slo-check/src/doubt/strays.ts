import { samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { RUN_LABEL, choosesRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { runIdOf } from '../source/source.ts'

/**
 * A server holds more than the run. Where an expression does not choose the run, it may take in series of others; those
 * of a metric that has no run at all, such as a host's load, it is meant to take.
 */
export async function doubtStrays(query: PreparedQuery, asker: Asker): Promise<void> {
  const { source } = asker
  const runId = runIdOf(source)
  if (!source.isShared || runId === null || query.parsed.bareSelector !== null) return
  for (const selector of query.parsed.selectors) {
    if (choosesRun(selector)) continue
    const written = query.text.slice(selector.start, selector.end)
    const seconds = selector.rangeSeconds
    const seen = seconds === null ? written : `last_over_time(${written}[${durationText(seconds)}])`
    const answer = await asker.ask({
      written: query.query,
      sent: `group by (${RUN_LABEL}) (${seen})`,
      reading: 'the runs whose series the selector takes; it must be this one, or none',
    })
    if ('error' in answer) continue
    const runs = samplesOf(answer).map(({ metric }) => metric[RUN_LABEL] ?? '')
    if (runs.every((run) => run === runId) || runs.every((run) => run === '')) continue
    asker.doubt(
      `\`${written}\` also takes series that are not of this run; add {${RUN_LABEL}="$run"}`,
    )
  }
}
