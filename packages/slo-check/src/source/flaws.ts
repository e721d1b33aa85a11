import { baseName } from '../units.ts'
import { readLosses, type Ask, type Recorded, type View } from './census.ts'
import type { Flaw } from './source.ts'

/** An overflow series lacks the labels that selectors ask for, so a selector may count too much or too little. */
export function overflowsOf(recorded: readonly Pick<Recorded, 'metric' | 'overflow'>[]): Flaw[] {
  const overflowing = recorded.filter(({ overflow }) => overflow)
  return [...new Set(overflowing.map(({ metric }) => baseName(metric)))].map((metric) => ({
    metric,
    of: 'selectors-by-label',
    reason: `${metric} has more label sets than its cap: those beyond it are counted without labels, so a selector by label is not exact`,
  }))
}

/** A warning about what the programs recorded and could not deliver, if there was anything. */
export async function lossWarnings(ask: Ask, view: View): Promise<string[]> {
  const losses = await readLosses(ask, view)
  return losses.length === 0
    ? []
    : [`telemetry was recorded and could not be delivered: ${losses.join(', ')}`]
}
