import { INSTRUMENTS, prometheusName, type InstrumentDefinition } from '@plimsoll/semconv'
import { samplesOf, numberOf } from '../count/numbers.ts'
import { RUN_LABEL, quoted } from '../query/selector.ts'
import { over, writerOf, type Ask, type View, type Writer } from './census.ts'
import type { Marker } from './markers.ts'

/** What counts up, under the names that it may have; a native histogram has that of its instrument. */
const COUNTING = Object.values<InstrumentDefinition>(INSTRUMENTS).flatMap((instrument) => {
  const name = prometheusName(instrument)
  if (instrument.kind === 'counter') return [name]
  return instrument.kind === 'histogram' ? [name, `${name}_count`] : []
})
const GROUPED = `count by (__name__, ${RUN_LABEL}, job, instance)`

/**
 * The end markers of instances whose last numbers are not there: some of their series have no sample at its time.
 *
 * The last export of a program holds all that it counted, at one time, and its end marker. On the way it may have been
 * parted, and a part may be late, or refused.
 */
export async function behindOf(ask: Ask, view: View, ends: readonly Marker[]): Promise<Marker[]> {
  if (ends.length === 0) return []
  const run = view.run === null ? '' : `${RUN_LABEL}=${quoted(view.run)},`
  const counts = `{${run}__name__=~${quoted(COUNTING.join('|'))}}`
  const all = await seriesOf(ask, `${GROUPED} (last_over_time(${over(counts, view)}))`, view.to)
  const last = new Map<number, Promise<SeriesCounts>>()
  const behind = ends.map(async (end) => {
    const { heard } = end
    const known = last.get(heard)
    const asked = known ?? seriesOf(ask, `${GROUPED} (last_over_time(${counts}[1ms]))`, heard)
    last.set(heard, asked)
    const there = (await asked).get(ofRun(end))
    const expected = [...(all.get(ofRun(end)) ?? [])]
    return expected.some(([name, count]) => (there?.get(name) ?? 0) < count) ? [end] : []
  })
  return (await Promise.all(behind)).flat()
}

/** The number of series of each metric, by their writer. */
type SeriesCounts = ReadonlyMap<string, ReadonlyMap<string, number>>

async function seriesOf(ask: Ask, query: string, time: number): Promise<SeriesCounts> {
  const counts = new Map<string, Map<string, number>>()
  for (const { metric, value } of samplesOf(await ask(query, time))) {
    const writer = ofRun(writerOf(metric))
    const own = counts.get(writer) ?? new Map<string, number>()
    counts.set(writer, own.set(metric['__name__'] ?? '', numberOf(value)))
  }
  return counts
}

function ofRun({ run, key }: Writer): string {
  return `${run ?? ''} ${key}`
}
