import type { Attributes } from '@opentelemetry/api'
import {
  INSTRUMENTS,
  type AttributeDefinition,
  type InstrumentDefinition,
  type InstrumentId,
} from '@plimsoll/semconv'
import type { Measures } from '../measures.ts'

/**
 * Makes every sum that can be told in advance, at 0: those of which each label has a closed set of values. So that "none"
 * can be told from "never measured".
 */
export function createStandingSeries(measures: Measures): void {
  for (const id of Object.keys(INSTRUMENTS) as InstrumentId[]) {
    const { kind, attributes }: InstrumentDefinition = INSTRUMENTS[id]
    if (kind !== 'counter' && kind !== 'updowncounter') continue
    for (const labels of combinations(attributes)) measures.bind(id, labels)
  }
}

function combinations(attributes: readonly AttributeDefinition[]): Attributes[] {
  let sets: Attributes[] = [{}]
  for (const { key, values } of attributes) {
    // A label that is not closed cannot be told in advance, nor can what it stands on.
    sets = sets.flatMap((set) => (values ?? []).map((value) => ({ ...set, [key]: value })))
  }
  return sets
}
