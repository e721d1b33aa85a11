import { NAMESPACE } from '@plimsoll/semconv'
import { missingMetric } from '../count/missing-metric.ts'
import type { Asker } from '../query/ask.ts'
import type { PreparedQuery } from '../query/prepare.ts'
import { metricsOf } from '../query/selector.ts'
import { recorderOf } from '../units.ts'

/**
 * `sum(x_total) or vector(0)` is a number also where `x_total` is misspelled. Metrics of others may come into being with
 * their first event, so that is a warning; ours have known names.
 */
export async function doubtUnrecorded(query: PreparedQuery, asker: Asker): Promise<void> {
  if (query.parsed.bareSelector !== null) return
  for (const metric of metricsOf(query.parsed)) {
    if (recorderOf(metric) !== undefined) continue
    const reason = await missingMetric(metric, query.query, asker)
    if (reason === undefined) continue
    if (metric.startsWith(`${NAMESPACE}_`)) asker.doubt(reason)
    else asker.warn(reason)
  }
}
