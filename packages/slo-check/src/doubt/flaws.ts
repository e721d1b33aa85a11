import type { LabelMatcher, Selector } from '@plimsoll/promql'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { OVERFLOW_LABEL } from '../query/selector.ts'
import { baseName } from '../units.ts'
import type { Flaw } from '../source/source.ts'
import { isIdentity } from './identity.ts'

/** Says which of the source's flaws a query touches. */
export function doubtFlaws(query: PreparedQuery, asker: Asker): void {
  for (const selector of query.parsed.selectors) {
    for (const flaw of asker.source.flaws) if (touches(flaw, selector)) asker.doubt(flaw.reason)
  }
}

function touches(flaw: Flaw, { metric, matchers }: Selector): boolean {
  if (metric !== null && metric !== flaw.metric && baseName(metric) !== flaw.metric) return false
  if (flaw.of === 'every-selector') return true
  const knowsIt = matchers.some(({ name }) => name === OVERFLOW_LABEL)
  return !knowsIt && matchers.some(isByLabel)
}

/** What has no room under its own labels keeps those of its process. */
function isByLabel({ name }: LabelMatcher): boolean {
  return !isIdentity(name)
}
