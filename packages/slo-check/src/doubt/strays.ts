import { samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { RUN_LABEL, choosesRun, choosesRunsByPattern } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { runIdOf } from '../source/source.ts'

/**
 * A server holds more than the run. Where an expression does not choose the run, it may take in series of others; those
 * of a metric that has no run at all, such as a host's load, it is meant to take. A pattern of run ids may take in others too.
 */
export async function doubtStrays(query: PreparedQuery, asker: Asker): Promise<void> {
  const { source } = asker
  const runId = runIdOf(source)
  if (runId === null) return
  for (const selector of query.parsed.selectors) {
    const isOther = source.isShared && !choosesRun(selector) && query.parsed.bareSelector === null
    if (!isOther && !choosesRunsByPattern(selector)) continue
    const written = query.text.slice(selector.start, selector.end)
    const isBare = query.parsed.bareSelector === selector
    const seconds = isBare ? source.windowSeconds : selector.rangeSeconds
    const seen = seconds === null ? written : `last_over_time(${written}[${durationText(seconds)}])`
    const answer = await asker.verify({
      written: query.query,
      sent: `group by (${RUN_LABEL}) (${seen})`,
      reading: 'the runs whose series the selector takes; it must be this one, or none',
    })
    if (answer === null) continue
    const runs = samplesOf(answer).map(({ metric }) => metric[RUN_LABEL] ?? '')
    if (runs.every((run) => run === runId) || runs.every((run) => run === '')) continue
    asker.doubt(
      `\`${written}\` also takes series that are not of this run; add {${RUN_LABEL}="$run"}`,
    )
  }
}
