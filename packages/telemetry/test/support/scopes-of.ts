import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { Cells } from '../../src/index.ts'

/** What cells hand out, as the SDK's type: that the compiler lets it through shows that the shapes are one. */
export function scopesOf(cells: Cells): ScopeMetrics[] {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the same numbers, not the same enum
  return cells.collect()
}
