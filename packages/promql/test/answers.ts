import type { Engine, FloatSample } from '@plimsoll/promql'

import { epochSeconds } from './otlp.ts'
import { seriesKey } from './promqltest/series.ts'

/** The values of an instant vector by series, at some seconds after the tests' epoch. */
export function valuesOf(engine: Engine, query: string, seconds: number): Record<string, string> {
  const answer = engine.instant(query, epochSeconds + seconds)
  if (answer.resultType !== 'vector') throw new Error(`${query} is a ${answer.resultType}`)
  return Object.fromEntries(
    answer.result
      .filter((sample): sample is FloatSample => 'value' in sample)
      .map(({ metric, value }) => [seriesKey(metric), value[1]]),
  )
}

/** The one value of an instant vector without labels; undefined when the vector is empty. */
export function valueOf(engine: Engine, query: string, seconds: number): string | undefined {
  return valuesOf(engine, query, seconds)['{}']
}
