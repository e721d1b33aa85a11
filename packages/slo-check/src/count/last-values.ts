import type { Selector } from '@plimsoll/promql'
import { selectorOfRun } from '../query/selector.ts'
import { durationText } from '../query/template.ts'
import { runIdOf, type Source } from '../source/source.ts'

/** The samples that the series of a selector have in the run. */
export function samplesOfRun(text: string, selector: Selector, source: Source): string {
  return `${selectorOfRun(text, selector, runIdOf(source))}[${durationText(source.windowSeconds)}]`
}

/** The last value of each series of the run, whatever its selector gives an instant later. */
export function lastValues(text: string, selector: Selector, source: Source): string {
  return `last_over_time(${samplesOfRun(text, selector, source)})`
}
