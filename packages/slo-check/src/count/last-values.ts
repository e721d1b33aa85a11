import type { Selector } from '@plimsoll/promql'
import { selectorOfRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import type { Source } from '../source/source.ts'

/** The samples that the series of a selector have in the run. */
export function samplesOfRun(text: string, selector: Selector, source: Source): string {
  const { run, windowSeconds } = source
  return `${selectorOfRun(text, selector, run.id)}[${durationText(windowSeconds)}]`
}

/** The last value of each series of the run, whatever its selector gives an instant later. */
export function lastValues(text: string, selector: Selector, source: Source): string {
  return `last_over_time(${samplesOfRun(text, selector, source)})`
}
