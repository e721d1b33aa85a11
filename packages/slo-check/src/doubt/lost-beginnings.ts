import { numberOf, samplesOf } from '../count/numbers.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { durationText } from '../query/template.ts'

/** Sums of fractions differ in their last bits. */
const ROUNDING = 1 - 1e-9
const LOOKBACK_SECONDS = 300
/** What is looked at is not what lies before the time of evaluation. */
const MOVED = /\boffset\b|@|\[[^\]]*:[^\]]*\]/u
const STRINGS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gu

/** The query counts by increases that need to know when a series began. A `delta` of gauges does not. */
export function isAnchored(query: PreparedQuery): boolean {
  const text = query.parsed.canonical.replaceAll(STRINGS, '""')
  return /\banchored\b/u.test(text) && /\b(?:increase|rate)\(/u.test(text)
}

/** Does so for each range of a query that is written with `anchored`. */
export async function doubtAnchored(query: PreparedQuery, asker: Asker): Promise<void> {
  if (!isAnchored(query) || MOVED.test(query.parsed.canonical)) return
  for (const { start, end, rangeSeconds } of query.parsed.selectors) {
    if (rangeSeconds === null) continue
    const samples = `${query.text.slice(start, end)}[${durationText(rangeSeconds)}]`
    await doubtLostBeginnings(query, samples, rangeSeconds, asker)
  }
}

/**
 * A series that began in the window grew by its whole value, or if it began anew by its highest at least. If its increase
 * is less, then its beginning is not known: no start timestamp came with its first sample, and what it had counted by then
 * is lost.
 *
 * @param samples a selector with the range of the window
 */
export async function doubtLostBeginnings(
  query: PreparedQuery,
  samples: string,
  windowSeconds: number,
  asker: Asker,
): Promise<void> {
  const selector = samples.slice(0, samples.lastIndexOf('['))
  const before = `last_over_time(${selector}[${durationText(LOOKBACK_SECONDS)}] offset ${durationText(windowSeconds)})`
  const grown = `increase(${samples} anchored)`
  const last = `last_over_time(${samples})`
  const highest = `max_over_time(${samples})`
  const less = `(${grown} < ${highest} * ${ROUNDING} or histogram_count(${grown}) < histogram_count(${last}))`
  const answer = await asker.verify({
    written: query.query,
    sent: `count(${less} unless ${before})`,
    reading:
      'series that began in the window and whose beginning is not known; with none, increases are exact',
  })
  if (answer === null) return
  const [lost] = samplesOf(answer)
  if (lost === undefined) return
  asker.doubt(
    `${numberOf(lost.value)} of the series that the query \`${query.query.role}\` counts began in the window, or were not heard of for more than ${LOOKBACK_SECONDS / 60} minutes before it, with no start timestamp that tells what they had counted by then`,
  )
}
